import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { listHeld, listPauses } from "../../db/read/pauses";
import { afterUnknownWords } from "../../domain/after-unknown";
import { newId } from "../../domain/ids";
import { pauseKinds, pauseLook, type PauseKind } from "../../domain/pauses";
import { requireOperator } from "../auth/session.server";
import { damagedForm } from "../commands/form.server";
import { complaintsOf, statusOf, type CommandResult } from "../commands/result";
import { pauseActions, resumeActions } from "../commands/steer-actions.server";
import { CommandForm } from "../components/desk/command-form";
import { DataTable } from "../components/desk/data-table";
import { HeldList } from "../components/desk/held-list";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Section } from "../components/desk/section";
import { Field, FieldError } from "../components/ui/field";
import { usdcText } from "../lib/money";
import { useAnswer } from "../lib/use-answer";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { read, clock, config } = context;
  const now = clock.now();
  const { limits } = config;
  const amount = (micro: bigint | undefined) => (micro === undefined ? "no limit" : usdcText(micro));
  return {
    now,
    ids: { pause: newId(now), resume: newId(now) },
    mayAct: operator.role !== "viewer",
    pauses: listPauses(read),
    held: listHeld(read),
    maxAlertAgeMs: limits.tradeMaxAlertAgeMs,
    limits: [
      ["One order", amount(limits.tradeMaxMicro), "TRADE_MAX_USDC"],
      ["Orders of a UTC day", amount(limits.tradeDailyLimitMicro), "TRADE_DAILY_LIMIT_USDC"],
      [
        "Orders of a UTC day, by asset",
        limits.tradeAssetLimits
          ? [...limits.tradeAssetLimits].map(([asset, micro]) => `${asset} ${amount(micro)}`).join(", ")
          : "no limit",
        "TRADE_ASSET_LIMITS",
      ],
      ["Smallest balance that trades", amount(limits.tradeMinBalanceMicro), "TRADE_MIN_BALANCE_USDC"],
      ["Oldest alert that trades", `${limits.tradeMaxAlertAgeMs / 60_000} minutes`, "TRADE_MAX_ALERT_AGE"],
      ["An order of unknown outcome", afterUnknownWords[limits.tradeAfterUnknown], "TRADE_AFTER_UNKNOWN"],
      ["One stake", amount(limits.casinoStakeMicro), "CASINO_STAKE_USDC"],
      ["Losses of a UTC day in bets", amount(limits.casinoDailyLossMicro), "CASINO_DAILY_LOSS_USDC"],
      [
        "Approvals while a difference is unexplained",
        amount(config.driftApprovalLimitMicro),
        "DRIFT_APPROVAL_LIMIT_USDC",
      ],
    ] satisfies [limit: string, now: string, variable: string][],
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  const asked = form.get("verb");
  const verb = asked === "resume" ? "resume" : "pause";
  const result =
    asked === "resume"
      ? resumeActions(context, operator, form)
      : asked === "pause"
        ? pauseActions(context, operator, form)
        : damagedForm();
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect("/controls");
  return data({ verb, result }, { status: statusOf(result) });
}

export default function Controls() {
  const { ids, mayAct, pauses, held, limits, maxAlertAgeMs } = useLoaderData<typeof loader>();
  const answer = useAnswer<typeof action>();
  const problem = (verb: "pause" | "resume") => (answer?.verb === verb ? answer.result : undefined);
  const paused = new Set(pauses.map((pause) => pause.kind));
  const running = pauseKinds.filter((kind) => !paused.has(kind));
  const closed = mayAct ? null : "Your role may look and not act.";
  return (
    <>
      <PageHead
        title="Pauses and limits"
        lead={
          pauses.length === 0
            ? "Nothing is paused."
            : `Paused: ${pauses.map((pause) => pauseLook[pause.kind].label.toLowerCase()).join(", ")}.`
        }
      />
      {pauses.length > 0 && (
        <Section title="Paused now">
          <ul className="list-none p-0 m-0 grid gap-4">
            {pauses.map((pause) => {
              const look = pauseLook[pause.kind];
              return (
                <li key={pause.kind}>
                  <b>{look.label}</b>, by {pause.operatorName ?? "an operator"}, <Time ms={pause.at} />:{" "}
                  <Said text={pause.reason ?? ""} />
                  <dl className="kv">
                    <dt>Blocked</dt>
                    <dd>{look.blocks}</dd>
                    <dt>Held</dt>
                    <dd>{look.holds}</dd>
                    <dt>Goes on</dt>
                    <dd>{look.goesOn}</dd>
                  </dl>
                </li>
              );
            })}
          </ul>
          <h3 className="pt-6 pb-2">Resume</h3>
          <KindsForm
            verb="resume"
            kinds={pauses.map((pause) => pause.kind)}
            commandId={ids.resume}
            problem={problem("resume")}
            closed={closed}
            hint="It stays on record."
          >
            <HeldList held={held} maxAlertAgeMs={maxAlertAgeMs} />
          </KindsForm>
        </Section>
      )}
      {running.length > 0 && (
        <Section title="Pause">
          <KindsForm
            verb="pause"
            kinds={running}
            commandId={ids.pause}
            problem={problem("pause")}
            closed={closed}
            hint="Everybody sees it while the pause lasts."
          />
        </Section>
      )}
      <Section title="Limits">
        <p className="pb-2 text-text-muted">
          Set in the environment when the desk starts. They are checked in the same transaction that writes
          the intent.
        </p>
        <DataTable
          label="Each limit"
          rows={limits}
          keyOf={([name]) => name}
          empty={null}
          columns={[
            { id: "limit", head: "Limit", place: 1, cell: ([name]) => name },
            { id: "now", head: "Now", place: 2, cell: ([, value]) => value },
            { id: "by", head: "Set by", place: 5, className: "mono", cell: ([, , variable]) => variable },
          ]}
        />
      </Section>
    </>
  );
}

/** Kinds of action to tick, and why. `children` stand above: what to know before. */
function KindsForm({
  verb,
  kinds,
  commandId,
  problem,
  closed,
  hint,
  children,
}: {
  verb: "pause" | "resume";
  kinds: readonly PauseKind[];
  commandId: string;
  problem?: CommandResult;
  closed: string | null;
  hint: string;
  children?: ReactNode;
}) {
  const { fields, values } = complaintsOf(problem);
  return (
    <CommandForm
      // The page stays when it was sent: with other kinds it is another form, and another command.
      key={kinds.join()}
      commandId={commandId}
      problem={problem}
      button={verb === "pause" ? "Pause what is ticked" : "Resume what is ticked"}
      closed={closed}
    >
      <input type="hidden" name="verb" value={verb} />
      {children}
      <fieldset className="field">
        <legend className="sr">{verb === "pause" ? "Pause" : "Resume"}</legend>
        {fields.kinds && <FieldError id={`${verb}-kinds`}>{fields.kinds}</FieldError>}
        <div className="choices">
          {kinds.map((kind) => (
            <div key={kind} className="choice">
              <label>
                <input className="check" type="checkbox" name="kinds" value={kind} defaultChecked />
                {pauseLook[kind].label}
              </label>
              {verb === "pause" && (
                <dl>
                  <dt>Blocks</dt>
                  <dd>“{pauseLook[kind].blocks}”</dd>
                  <dt>Held</dt>
                  <dd>{pauseLook[kind].holds}</dd>
                  <dt>Goes on</dt>
                  <dd>{pauseLook[kind].goesOn}</dd>
                </dl>
              )}
            </div>
          ))}
        </div>
      </fieldset>
      <Field label="Reason" name="reason" hint={hint} defaultValue={values.reason} error={fields.reason} />
    </CommandForm>
  );
}
