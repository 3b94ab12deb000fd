import { useEffect, useState } from 'preact/hooks';
import { whenSessionEnds } from './api/client.ts';
import { Dashboard } from './components/dashboard.tsx';
import { SignIn } from './components/sign-in.tsx';
import { adoptTokenFromUrl, forgetToken, keepToken, token } from './session.ts';

/** Signed in: the dashboard. Else: how to get in. */
export function App() {
    const [bearer, setBearer] = useState(token);
    const [ended, setEnded] = useState(false);

    useEffect(() => {
        whenSessionEnds(() => {
            forgetToken();
            setEnded(true);
            setBearer(null);
        });
        // A link with a token that is opened in a tab where the page is open already changes only the fragment.
        const adopt = (): void => {
            adoptTokenFromUrl();
            setEnded(false);
            setBearer(token());
        };
        addEventListener('hashchange', adopt);
        return () => removeEventListener('hashchange', adopt);
    }, []);

    const signIn = (pasted: string): void => {
        keepToken(pasted);
        setEnded(false);
        setBearer(token());
    };
    const signOut = (): void => {
        forgetToken();
        setEnded(false);
        setBearer(null);
    };

    if (bearer === null || bearer === '') return <SignIn ended={ended} onToken={signIn} />;
    return <Dashboard key={bearer} bearer={bearer} onSignOut={signOut} />;
}
