import { useEffect } from 'preact/hooks';

interface Props {
    message: string;
    onDone: () => void;
}

const SHOWN_MS = 7000;

/** Says what was done. The region is always there, so that screen readers notice its text. */
export function Toast({ message, onDone }: Props) {
    useEffect(() => {
        if (message === '') return;
        const timer = setTimeout(onDone, SHOWN_MS);
        return () => clearTimeout(timer);
    }, [message]);
    return (
        <div class="toast-place" role="status">
            {message !== '' && (
                <div class="toast">
                    <span>{message}</span>
                    <button type="button" class="icon-button" aria-label="Close this message" onClick={onDone}>
                        ×
                    </button>
                </div>
            )}
        </div>
    );
}
