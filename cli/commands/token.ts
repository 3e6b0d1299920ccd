import { randomUUID } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseLifetime } from "../../infra/auth/lifetime.ts";
import { ROLES, type Role } from "../../infra/auth/principal.ts";
import { openTokenAuthority } from "../../infra/auth/tokens.ts";
import { ConfigError, readConfig } from "../../infra/config.ts";

interface TokenOptions {
  readonly role: Role;
  readonly id?: string;
  readonly site: readonly string[];
  readonly lifetime: number;
  readonly json?: true;
}

function lifetime(text: string): number {
  try {
    return parseLifetime(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

const oneMore = (site: string, sites: readonly string[]): readonly string[] => [...sites, site];

/** Adds `ordertrail token`: prints a development token, alone on a line, for use in a shell. */
export function register(program: Command): void {
  program
    .command("token")
    .description("issue a development token (not available with OIDC_ISSUER)")
    .addOption(new Option("--role <role>", "what the caller is").choices(ROLES).makeOptionMandatory())
    .option("--id <id>", "id within the role; a UUID for customer and courier (default: a new one)")
    .option("--site <site>", "a site that a kitchen may act for; may be repeated", oneMore, [])
    .addOption(
      new Option("--lifetime <duration>", "how long it is valid, such as 30m, 12h or 7d")
        .argParser(lifetime)
        .default(parseLifetime("12h"), "12h"),
    )
    .option("--json", "print the token with its principal and expiry as JSON")
    .addHelpText(
      "after",
      '\nExample:\n  curl -H "authorization: Bearer $(ordertrail token --role customer)" http://127.0.0.1:7300/api/…',
    )
    .action(async (options: TokenOptions) => {
      const { development } = await openTokenAuthority(readConfig());
      if (development === undefined) {
        throw new ConfigError("OIDC_ISSUER is set: that issuer gives out the tokens, development tokens are off");
      }
      const issued = await development.issueDevelopmentToken({
        role: options.role,
        id: options.id ?? randomUUID(),
        sites: options.site,
        lifetime: options.lifetime,
      });
      process.stdout.write(`${options.json ? JSON.stringify(issued) : issued.token}\n`);
    });
}
