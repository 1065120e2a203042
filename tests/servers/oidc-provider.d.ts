/** The little of `oidc-provider` that the tests use; the package itself brings no types. */
declare module "oidc-provider" {
  import type { EventEmitter } from "node:events"
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"

  interface Stored {
    readonly kind: string
    readonly clientId?: string
    readonly grantId?: string
    destroy(): Promise<void>
  }

  interface Model {
    find(value: string): Promise<Stored | undefined>
  }

  interface Grant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  interface Interaction {
    readonly uid: string
    readonly prompt: {
      readonly name: string
      readonly details: {
        readonly missingOIDCScope?: ReadonlyArray<string>
        readonly missingResourceScopes?: Readonly<Record<string, ReadonlyArray<string>>>
      }
    }
    readonly params: Readonly<Record<string, string>>
    readonly session?: { readonly accountId: string }
    readonly grantId?: string
  }

  export class Provider extends EventEmitter {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
      options: { readonly mergeWithLastSubmission: boolean },
    ): Promise<void>
    readonly Grant: (new (of: {
      readonly accountId: string
      readonly clientId: string
    }) => Grant) & {
      find(id: string): Promise<Grant | undefined>
    }
    readonly AccessToken: Model
    readonly RefreshToken: Model
    readonly Client: Model
  }

  export default Provider

  export const errors: {
    readonly InvalidTarget: new () => Error
  }
}
