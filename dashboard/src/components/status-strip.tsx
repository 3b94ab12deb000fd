import { useEffect } from 'preact/hooks';
import { send } from '../api/client.ts';
import { getStatus } from '../api/operations.ts';
import type { Alert, JobRun } from '../api/types.ts';
import { moment, quantity, words } from '../format.ts';
import { useLoad } from '../state/use-load.ts';

const JOBS = ['FORECASTS', 'ACCURACY', 'REPLENISHMENT'];
const REFRESH_MS = 60_000;

/** One line: the last run of each nightly job, and the alerts that are open. */
export function StatusStrip({ ready, changes }: { ready: boolean; changes: number }) {
    const status = useLoad(
        ready ? 'status' : null,
        (signal) => send(getStatus, { first: 20 }, signal),
        changes,
    );
    useEffect(() => {
        const timer = setInterval(status.reload, REFRESH_MS);
        return () => clearInterval(timer);
    }, [status.reload]);

    const runs = status.data?.getJobRuns ?? [];
    const alerts = status.data?.getAlerts ?? [];
    return (
        <section class="strip" aria-label="Nightly jobs and alerts">
            {status.error !== null ? (
                <span class="strip-item">Jobs and alerts are not available: {status.error.message}</span>
            ) : (
                <>
                    <ul class="strip-jobs">
                        {JOBS.map((job) => (
                            <JobItem key={job} job={job} run={latest(runs, job)} known={status.data !== null} />
                        ))}
                    </ul>
                    <Alerts alerts={alerts} known={status.data !== null} />
                </>
            )}
        </section>
    );
}

function latest(runs: JobRun[], job: string): JobRun | null {
    const own = runs.filter((run) => run.jobName === job);
    return own.reduce<JobRun | null>((a, b) => (a === null || a.startedAt < b.startedAt ? b : a), null);
}

function JobItem({ job, run, known }: { job: string; run: JobRun | null; known: boolean }) {
    return (
        <li class="strip-item">
            <span class={`dot dot-${run?.runStatus.toLowerCase() ?? 'none'}`} aria-hidden="true" />
            <span class="strip-name">{words(job)}</span> <span class="strip-text">{known ? told(run) : '…'}</span>
        </li>
    );
}

function told(run: JobRun | null): string {
    if (run === null) return 'not run yet';
    if (run.runStatus === 'RUNNING') return `running, ${quantity(run.seriesDone)} of ${quantity(run.seriesTotal)}`;
    const failed = run.seriesFailed > 0 ? `, ${quantity(run.seriesFailed)} failed` : '';
    return `${words(run.runStatus).toLowerCase()} ${moment(run.finishedAt ?? run.startedAt)}${failed}`;
}

function Alerts({ alerts, known }: { alerts: Alert[]; known: boolean }) {
    if (!known) return <span class="strip-alerts strip-text">…</span>;
    if (alerts.length === 0) return <span class="strip-alerts strip-text">No open alerts</span>;
    return (
        <details class="strip-alerts">
            <summary>
                <span class="badge badge-warning">
                    {alerts.length === 1 ? '1 open alert' : `${quantity(alerts.length)} open alerts`}
                </span>
            </summary>
            <ul class="alert-list">
                {alerts.map((alert) => (
                    <li key={alert.alertId}>
                        <strong>{words(alert.severity)}:</strong> {alert.message}{' '}
                        <span class="muted">since {moment(alert.openedAt)}</span>
                    </li>
                ))}
            </ul>
        </details>
    );
}
