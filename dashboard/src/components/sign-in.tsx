import { useState } from 'preact/hooks';
import { claimsOf } from '../session.ts';

interface Props {
    /** Whether there was a session that the server no longer takes. */
    ended: boolean;
    onToken: (token: string) => void;
}

export function SignIn({ ended, onToken }: Props) {
    const [text, setText] = useState('');
    const [problem, setProblem] = useState<string | null>(null);

    const submit = (event: Event): void => {
        event.preventDefault();
        if (claimsOf(text.trim()) === null) {
            setProblem('This is not a token: it has three parts with a point between them. Copy it as a whole.');
            return;
        }
        onToken(text);
    };

    return (
        <main class="door">
            <form class="panel" onSubmit={submit}>
                <h1>Inventory forecasting</h1>
                {ended ? (
                    <p role="alert" class="note note-warning">
                        <strong>Your session has ended.</strong> Open the dashboard again through the link you were
                        given, or paste a new token. What you had saved is kept.
                    </p>
                ) : (
                    <p>Open the dashboard through the link you were given, or paste your access token.</p>
                )}
                <label for="token">Access token</label>
                <input
                    id="token"
                    type="password"
                    autocomplete="off"
                    spellcheck={false}
                    required
                    value={text}
                    aria-describedby={problem === null ? undefined : 'token-problem'}
                    aria-invalid={problem !== null}
                    onInput={(event) => setText(event.currentTarget.value)}
                />
                {problem !== null && (
                    <p id="token-problem" role="alert" class="field-problem">
                        {problem}
                    </p>
                )}
                <button type="submit" class="button primary">
                    Sign in
                </button>
            </form>
        </main>
    );
}
