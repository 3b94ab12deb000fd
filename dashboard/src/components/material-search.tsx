import { useEffect, useRef, useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { searchMaterials } from '../api/operations.ts';
import type { Material } from '../api/types.ts';
import { useLoad } from '../state/use-load.ts';
import { ErrorNote } from './error-note.tsx';

interface Props {
    ready: boolean;
    selected: Material | null;
    onSelect: (material: Material) => void;
}

const SHOWN = 12;
const PAUSE_MS = 150;

/** A combobox as the ARIA practices describe it: type, arrow keys, Enter, Escape. */
export function MaterialSearch({ ready, selected, onSelect }: Props) {
    const [text, setText] = useState('');
    const [asked, setAsked] = useState('');
    const [open, setOpen] = useState(false);
    const [active, setActive] = useState(-1);
    // Enter came before the matches did: they answer it.
    const [entered, setEntered] = useState(false);
    const box = useRef<HTMLDivElement>(null);

    useEffect(() => {
        const timer = setTimeout(() => setAsked(text.trim()), PAUSE_MS);
        return () => clearTimeout(timer);
    }, [text]);
    useEffect(() => {
        if (selected !== null) setText(`${selected.materialCode}  ${selected.materialName}`);
    }, [selected]);

    const found = useLoad(ready && open ? `search ${asked}` : null, (signal) =>
        send(searchMaterials, { search: asked, first: SHOWN }, signal),
    );
    const options = found.data?.searchMaterials ?? [];
    const picked = options[active] ?? (options.length === 1 ? options[0] : undefined);
    const searching = found.data === null || asked !== text.trim();

    const choose = (material: Material): void => {
        setOpen(false);
        setActive(-1);
        onSelect(material);
    };
    useEffect(() => {
        if (!entered || (open && searching)) return;
        setEntered(false);
        if (open && picked !== undefined) choose(picked);
    }, [entered, searching, open, picked]);
    const move = (by: number): void => {
        setOpen(true);
        // What is being searched has its first match ready when it comes.
        setActive((at) => (options.length === 0 ? 0 : (at + by + options.length) % options.length));
    };
    const keyDown = (event: KeyboardEvent): void => {
        if (event.key === 'ArrowDown') move(1);
        else if (event.key === 'ArrowUp') move(active < 0 ? 0 : -1);
        else if (event.key === 'Escape') setOpen(false);
        else if (event.key === 'Enter') {
            // What is marked is chosen at once; the only match of an earlier search is not.
            if (open && picked !== undefined && (active >= 0 || !searching)) choose(picked);
            else setEntered(open && searching);
        } else return;
        event.preventDefault();
    };
    const leave = (event: FocusEvent): void => {
        if (!(box.current?.contains(event.relatedTarget as Node | null) ?? false)) setOpen(false);
    };

    return (
        <div class="search" ref={box} onFocusOut={leave}>
            <label for="material-search">Material</label>
            <input
                id="material-search"
                type="search"
                role="combobox"
                list={undefined}
                autocomplete="off"
                spellcheck={false}
                placeholder="Code or name, such as MAT-FCST-001"
                aria-expanded={open}
                aria-controls="material-options"
                aria-autocomplete="list"
                aria-activedescendant={active >= 0 ? `material-option-${active}` : undefined}
                value={text}
                onFocus={(event) => event.currentTarget.select()}
                onClick={() => setOpen(true)}
                onInput={(event) => {
                    setText(event.currentTarget.value);
                    setActive(-1);
                    setEntered(false);
                    setOpen(true);
                }}
                onKeyDown={keyDown}
            />
            {open && (
                <div class="search-list">
                    {found.error !== null && <ErrorNote error={found.error} onRetry={found.reload} />}
                    <ul id="material-options" role="listbox" aria-label="Materials">
                        {options.map((material, i) => (
                            <Option
                                key={`${material.facilityId}/${material.materialId}`}
                                material={material}
                                index={i}
                                active={i === active}
                                onChoose={choose}
                            />
                        ))}
                    </ul>
                    {found.data !== null && options.length === 0 && (
                        <p class="search-none">No material matches “{asked}”. Try a part of its code or name.</p>
                    )}
                    {found.data === null && found.error === null && <p class="search-none">Searching…</p>}
                </div>
            )}
        </div>
    );
}

interface OptionProps {
    material: Material;
    index: number;
    active: boolean;
    onChoose: (material: Material) => void;
}

function Option({ material, index, active, onChoose }: OptionProps) {
    const row = useRef<HTMLLIElement>(null);
    useEffect(() => {
        if (active) row.current?.scrollIntoView({ block: 'nearest' });
    }, [active]);
    return (
        <li
            ref={row}
            id={`material-option-${index}`}
            role="option"
            aria-selected={active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(material)}
        >
            <span class="option-code">{material.materialCode}</span>
            <span class="option-name">{material.materialName}</span>
            <span class="option-more">
                {[material.abcClass === null ? null : `class ${material.abcClass}`, material.facilityName]
                    .filter((part) => part !== null)
                    .join(', ')}
            </span>
        </li>
    );
}
