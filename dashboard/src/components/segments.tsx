interface Props<Value> {
    label: string;
    choices: readonly (readonly [Value, string])[];
    value: Value;
    onValue: (value: Value) => void;
}

/** A few choices side by side, one of them pressed. */
export function Segments<Value>({ label, choices, value, onValue }: Props<Value>) {
    return (
        <div class="segments" role="group" aria-label={label}>
            {choices.map(([choice, name]) => (
                <button
                    key={name}
                    type="button"
                    class="segment"
                    aria-pressed={choice === value}
                    onClick={() => onValue(choice)}
                >
                    {name}
                </button>
            ))}
        </div>
    );
}
