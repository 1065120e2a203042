import { createContext, use } from "react"
import type { Theme } from "./theme.ts"
import { makeTheme } from "./themes.ts"

export const ThemeContext = createContext<Theme>(makeTheme({ ascii: false, colour: true }))

export const useTheme = (): Theme => use(ThemeContext)
