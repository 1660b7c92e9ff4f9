import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { Fragment } from "react";
import { getBet, type Bet as BetOf } from "../../db/read/bets";
import { intentKeys } from "../../domain/keys";
import { betLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { Id } from "../components/desk/id";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { RunLink } from "../components/desk/run-link";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { Timeline } from "../components/desk/timeline";
import { CopyButton } from "../components/ui/copy-button";
import { Note } from "../components/ui/note";
import { fairnessLook } from "../lib/fairness";
import { usdcText } from "../lib/money";
import { refIn, unknownPath } from "../lib/paths";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const ref = refIn(params.ref);
  const found = getBet(context.read, ref);
  if (!found) throw new Response(`There is no bet ${ref.slice(0, 80)}.`, { status: 404 });
  return found;
}

export default function Bet() {
  const { bet, timeline } = useLoaderData<typeof loader>();
  const fair = fairnessLook(bet);
  return (
    <>
      <PageHead
        crumbs={{ to: "/bets", label: "Bets", here: <span className="mono">{bet.ref}</span> }}
        title={
          <>
            {bet.game === "coin_flip" ? "Coin flip" : bet.game}, <Money micro={bet.stakeMicro} unit />
          </>
        }
        state={<StatusBadge look={betLook[bet.status]} />}
        lead={<Id id={bet.ref} whole />}
      >
        <RunLink runId={bet.runId} />
      </PageHead>
      {bet.status === "unknown" && (
        <Note tone="unknown" icon="circle-question-mark">
          <p>
            <b>The bet was sent and no answer came. {usdcText(bet.stakeMicro)} may be staked, or may not.</b>
          </p>
          <p>
            It is never repeated by itself. <Said text={bet.reason ?? ""} />
          </p>
          {bet.remoteId === null && (
            <p className="pt-2">
              <Link className="btn btn-s" to={unknownPath(intentKeys.bet(bet.requestKey))}>
                Settle its outcome
              </Link>
            </p>
          )}
        </Note>
      )}
      {["skipped", "rejected", "not_executed"].includes(bet.status) && (
        <Note tone="none" icon={betLook[bet.status].icon}>
          <b>{bet.status === "rejected" ? "Purple Flea rejected it." : "Not placed."} Nothing moved.</b>
          <p>
            <Said text={bet.reason ?? ""} />
          </p>
        </Note>
      )}
      <div className="split">
        <div>
          <Section title="Proof" end={<StatusBadge look={fair} />}>
            <Proof bet={bet} />
          </Section>
          <Section title="Timeline">
            <Timeline entries={timeline} />
          </Section>
        </div>
        <div className="rail">
          <Section title="Money">
            <table className="sum">
              <caption className="sr">What the bet cost and paid</caption>
              <tbody>
                <tr>
                  <th scope="row">Stake</th>
                  <td>
                    <Money micro={-bet.stakeMicro} six />
                  </td>
                  <td>USDC</td>
                </tr>
                <tr>
                  <th scope="row">Payout</th>
                  <td>
                    {bet.payoutMicro === null ? (
                      <span className="text-text-muted">not known</span>
                    ) : (
                      <Money micro={bet.payoutMicro} six />
                    )}
                  </td>
                  <td>{bet.payoutMicro === null ? "" : "USDC"}</td>
                </tr>
                {bet.payoutMicro !== null && (
                  <tr className="total">
                    <th scope="row">Result</th>
                    <td>
                      <Money micro={bet.payoutMicro - bet.stakeMicro} six />
                    </td>
                    <td>USDC</td>
                  </tr>
                )}
              </tbody>
            </table>
          </Section>
          <Section title="Facts">
            <dl className="kv">
              <dt>Bet id</dt>
              <dd>{bet.remoteId ? <Id id={bet.remoteId} whole /> : "not known"}</dd>
              <dt>Placed</dt>
              <dd>
                <Time ms={bet.createdAt} focusable />
              </dd>
              <dt>Settled</dt>
              <dd>
                <Time ms={bet.settledAt} focusable />
              </dd>
              <dt>Outcome</dt>
              <dd>
                <Said text={bet.outcome ?? "not known"} />
              </dd>
              <dt>Asked by</dt>
              <dd>{bet.requestKey.startsWith("slot:") ? "the schedule" : "a request"}</dd>
              <dt>Agent</dt>
              <dd>
                <Id id={bet.agentId} />
              </dd>
            </dl>
          </Section>
        </div>
      </div>
    </>
  );
}

function Proof({ bet }: { bet: BetOf }) {
  const fair = fairnessLook(bet);
  const roll = bet.verification?.startsWith("roll ") ? bet.verification.slice(5) : null;
  const lines: [string, string | null][] = [
    ["Promised before", bet.serverSeedHash],
    ["Server seed", bet.serverSeed],
    ["Our seed", bet.clientSeed],
    ["Nonce", bet.nonce === null ? null : String(bet.nonce)],
    ["Roll", roll],
  ];
  return (
    <>
      <p>
        <b>{fair.label}:</b> {fair.meaning}.
      </p>
      <dl className="kv">
        {lines.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              {value === null ? (
                <span className="text-text-muted">
                  {name === "Server seed" ? "not revealed yet" : "not known"}
                </span>
              ) : (
                <>
                  <span className="mono">
                    <Said text={value} />
                  </span>
                  <CopyButton text={value} />
                </>
              )}
            </dd>
          </Fragment>
        ))}
      </dl>
      <p className="text-text-muted pt-2">
        To check it by hand: SHA-256 of the server seed is what was promised; the first 52 bits of
        HMAC-SHA256(server seed, our seed + “:” + nonce), divided by 2^52, are the roll; under 0.5 wins.
      </p>
    </>
  );
}
