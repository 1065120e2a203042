import * as Data from "effect/Data"
import { type Evidence, type Problem, type ProblemText, problem } from "../text/problem.ts"

export type VaultCode =
  | "unwritable"
  | "unreadable"
  | "garbage"
  | "newer_version"
  | "loose_mode"
  | "symlink"
  | "foreign_owner"
  | "not_a_directory"
  | "not_a_file"
  | "secret_missing"
  | "mixed_up"
  | "store_busy"
  | "key_missing"
  | "key_wrong"
  | "tampered"
  | "key_unusable"
  | "keyring_unavailable"

const otherStore = "Or use another place with --store DIR, or none with --no-store."

const texts: Readonly<Record<VaultCode, ProblemText>> = {
  unwritable: {
    what: "The credentials could not be stored; only this run still has them.",
    why: "The disk is full, the directory is read-only, or this user may not write there.",
    remedy: ["Make room, or make the directory writable.", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  unreadable: {
    what: "Stored credentials could not be read.",
    why: "This user may not read the file, or the disk reports an error.",
    remedy: ["Check the file and its owner.", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  garbage: {
    what: "A file of stored credentials was damaged; it was moved aside, nothing of it was lost.",
    why: "It is empty, cut off, or not in the form that this program writes.",
    remedy: ["Sign in again; that writes a new file.", "Look into the file that was moved aside, or delete it."],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  newer_version: {
    what: "Stored credentials were written by a newer mcp-dcr-tui; they were left as they are.",
    why: "This version does not know their form and could lose a part of them.",
    remedy: ["Update mcp-dcr-tui.", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  loose_mode: {
    what: "Other users of this machine could read the stored credentials; they were not used.",
    why: "Directory and files must be open to their owner alone (0700 and 0600).",
    remedy: [
      "chmod 700 the directory and chmod 600 the files in it; if others use this machine, sign in anew.",
      otherStore,
    ],
    rule: "OAuth 2.1 §7.1; MCP authorization, Token Theft",
    exit: 1,
  },
  symlink: {
    what: "A symbolic link stands where credentials should be stored; it was not followed.",
    why: "Whoever placed the link decides where the tokens go.",
    remedy: ["Remove the link.", "Or name the place that it points to with --store DIR."],
    rule: "OAuth 2.1 §7.1; MCP authorization, Token Theft",
    exit: 1,
  },
  foreign_owner: {
    what: "The stored credentials belong to another user; they were not used.",
    why: "That user could read or replace them. It often means the program was once run with sudo.",
    remedy: ["chown the directory and the files in it to yourself.", otherStore],
    rule: "OAuth 2.1 §7.1; MCP authorization, Token Theft",
    exit: 1,
  },
  not_a_directory: {
    what: "The place for credentials is not a directory.",
    why: "A file of the same name stands there, or on the way to it.",
    remedy: ["Move that file away.", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  not_a_file: {
    what: "Something that is not a file stands where credentials should be stored.",
    why: "A directory, a socket or a device has the name of the file.",
    remedy: ["Move it away.", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  secret_missing: {
    what: "These credentials cannot be stored, for their secrets are not known.",
    why: "They come from a saved journal, which never holds the secrets themselves.",
    remedy: ["Sign in to get credentials of your own."],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  mixed_up: {
    what: "Client and tokens of different authorization servers were to be stored together; they were not.",
    why: "Credentials belong to the issuer that gave them out, and may never be shown to another.",
    remedy: ["Sign in again.", "If it happens again, it is a fault of mcp-dcr-tui: please report it."],
    rule: "MCP authorization, Authorization Server Binding",
    exit: 1,
  },
  store_busy: {
    what: "Another process is at work on the same credentials and does not come to an end.",
    why: "Two that renew the same token at once would sign each other out, so only one may.",
    remedy: ["Try again in a minute.", "Or end that process."],
    rule: "OAuth 2.1 §4.3.1",
    exit: 1,
  },
  key_missing: {
    what: "The stored credentials are encrypted, and no key was given; they were left as they are.",
    why: "Without the key nobody can read them, and writing others beside them in the open would undo the encryption.",
    remedy: ["Give the key that the store was made with: --store-key-file FILE, or MCP_DCR_TUI_STORE_KEY.", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  key_wrong: {
    what: "The stored credentials do not open with this key; they were left as they are.",
    why: "The store was made with another key, or the file that tells so was changed or is gone.",
    remedy: ["Give the key that the store was made with.", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  tampered: {
    what: "A file of stored credentials is not what was written; it was not used, and left as it is.",
    why: "The key is the right one, so the bytes were changed or cut off after they were encrypted.",
    remedy: ["Look into who changed it, move it away, and sign in again.", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
  key_unusable: {
    what: "The key for the stored credentials cannot be used.",
    why: "It must be one line of at least 16 characters, in a file that its owner alone can read.",
    remedy: ["Make one: (umask 077; openssl rand -base64 32 > FILE).", otherStore],
    rule: "MCP authorization, Token Theft",
    exit: 2,
  },
  keyring_unavailable: {
    what: "The keyring of this system cannot be used.",
    why: "A trial value could not be written, read and deleted: no keyring tool is installed, or the keyring is locked.",
    remedy: ["Unlock it, or install secret-tool (package libsecret-tools).", "Or use --store-key-file FILE instead."],
    rule: "MCP authorization, Token Theft",
    exit: 1,
  },
}

/** Credentials that could not be read or written. `url` of the evidence is the path of the file concerned. */
export class VaultFailure extends Data.TaggedError("VaultFailure")<Problem<VaultCode> & { readonly file: string }> {
  override get message(): string {
    return `${this.what} (${this.file})`
  }
}

/** Names the file in the evidence, where every face shows it. */
export const vaultFailure = (code: VaultCode, file: string, evidence: Evidence = {}): VaultFailure =>
  new VaultFailure({ ...problem(texts, code, { received: file, ...evidence }), file })

export const vaultTexts = texts
