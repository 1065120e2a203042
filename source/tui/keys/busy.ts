import type { Scene } from "../app/scene.ts"

/** Whether something would be cut off by leaving. */
export const isBusy = (scene: Scene): boolean => scene.flow?.state.running !== undefined
