import { defineConfig } from "vitest/config"

/** Folders of tests that start the program itself: only they wait for a bundle. */
const program = ["bench", "commands", "pty", "servers", "tape"].map((folder) => `tests/${folder}/**/*.test.{ts,tsx}`)

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    env: { FORCE_COLOR: "0" },
    reporters: ["default", "./tests/tally.ts"],
    projects: [
      { extends: true, test: { name: "rooms", include: ["tests/**/*.test.{ts,tsx}"], exclude: program } },
      { extends: true, test: { name: "program", include: program, globalSetup: ["./tests/commands/bundle.ts"] } },
    ],
  },
})
