import type { Step } from "../step.ts"
import { probeStep } from "./01-probe.ts"
import { resourceStep } from "./02-resource.ts"
import { serverStep } from "./03-server.ts"
import { clientStep } from "./04-client.ts"
import { authorizeStep } from "./05-authorize.ts"
import { consentStep } from "./06-consent.ts"
import { tokenStep } from "./07-token.ts"
import { connectStep } from "./08-connect.ts"
import { toolsStep } from "./09-tools.ts"
import { callStep } from "./10-call.ts"

/** The whole sign-in, in order. Read the files of this folder from top to bottom to read the protocol. */
export const steps: ReadonlyArray<Step> = [
  probeStep,
  resourceStep,
  serverStep,
  clientStep,
  authorizeStep,
  consentStep,
  tokenStep,
  connectStep,
  toolsStep,
  callStep,
]
