import { createContext, use } from "react"
import type { Theme } from "./theme.ts"
import { makeTheme } from "./themes.ts"

export const ThemeContext = createContext<Theme>(makeTheme({ ascii: false, colour: true }))

/** The theme of this terminal. */
export const useTheme = (): Theme => use(ThemeContext)
