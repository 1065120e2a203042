import type { Scene, ScreenId } from "../app/scene.ts"
import { flowScreen } from "./flow/screen.ts"
import { logScreen } from "./log/screen.ts"
import { offersScreen } from "./offers/screen.ts"
import type { ScreenModule } from "./screen.ts"
import { startScreen } from "./start/screen.ts"
import { toolsScreen } from "./tools/screen.ts"

/** In the order of the tab row; the key of a screen is its place. */
export const screens: ReadonlyArray<ScreenModule> = [startScreen, flowScreen, logScreen, toolsScreen, offersScreen]

const byId = new Map<ScreenId, ScreenModule>(screens.map((screen) => [screen.id, screen]))

/** The screen that is shown. */
export const screenOf = (scene: Scene): ScreenModule => byId.get(scene.ui.screen) ?? startScreen
