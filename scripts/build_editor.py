"""Make kg/serve_assets/editor.js anew: CodeMirror 6 (MIT) with its SPARQL mode as one script, at the versions pinned here.

Needs node, npm and a network; run it only to raise a version: `python scripts/build_editor.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ASSETS = Path(__file__).parent.parent / "kg" / "serve_assets"
ESBUILD = "0.28.2"
PACKAGES = {  # all that goes into the script, what the packages need of each other included
    "@codemirror/autocomplete": "6.20.4",
    "@codemirror/commands": "6.11.1",
    "@codemirror/language": "6.13.1",
    "@codemirror/legacy-modes": "6.5.5",
    "@codemirror/lint": "6.9.8",
    "@codemirror/state": "6.7.6",
    "@codemirror/streamparser": "6.0.0",
    "@codemirror/view": "6.43.15",
    "@lezer/common": "1.5.5",
    "@lezer/highlight": "1.2.5",
    "@lezer/lr": "1.4.12",
    "@marijn/find-cluster-break": "1.0.4",
    "crelt": "1.0.7",
    "style-mod": "4.1.5",
    "w3c-keyname": "2.2.8",
}
ENTRY = """
import { EditorView, keymap, lineNumbers, drawSelection, highlightActiveLine, placeholder } from "@codemirror/view";
import { EditorState } from "@codemirror/state";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { StreamLanguage, HighlightStyle, syntaxHighlighting, bracketMatching } from "@codemirror/language";
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { setDiagnostics, lintGutter } from "@codemirror/lint";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--keyword)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--faint)" },
  { tag: [tags.string, tags.number, tags.bool], color: "var(--literal)" },
  { tag: [tags.variableName, tags.atom], color: "var(--accent)" },
]);

const theme = EditorView.theme({
  "&": { minHeight: "150px", maxHeight: "45vh", color: "var(--ink)", backgroundColor: "var(--paper)" },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  ".cm-scroller": { font: "13px/1.6 var(--mono)", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--bg)", color: "var(--faint)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)" },
});

/** An editor in an element: `text` and its setter, `mark(line, column, message)` with line 0 for none, `focus()`. */
export function open(parent, { text, run, label }) {
  const root = parent.attachShadow({ mode: "open" }); // there styles are set by script, and the page needs to allow no inline style sheet
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), lintGutter(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), closeBrackets(),
        StreamLanguage.define(sparql), syntaxHighlighting(colours), theme, EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label }),
        keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
      ],
    }),
  });
  return {
    get text() { return view.state.doc.toString(); },
    set text(text) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }); this.mark(0, 0, ""); },
    mark(line, column, message) {
      const found = line > 0 && line <= view.state.doc.lines ? view.state.doc.line(line) : null;
      const from = found && Math.min(found.from + column - 1, found.to);
      view.dispatch(setDiagnostics(view.state, found ? [{ from, to: Math.min(from + 1, found.to), severity: "error", message }] : []));
      if (found) view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    },
    focus: () => view.focus(),
  };
}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "package.json").write_text(
            json.dumps({"private": True, "dependencies": {**PACKAGES, "esbuild": ESBUILD}, "overrides": PACKAGES}), "utf-8", newline="\n"
        )
        (folder / "entry.js").write_text(ENTRY, "utf-8", newline="\n")
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], cwd=folder, check=True)
        options = ["--bundle", "--minify", "--format=iife", "--global-name=Editor", "--target=es2022", "--charset=utf8", "--legal-comments=none"]
        built = folder / "editor.js"
        subprocess.run(["node", "node_modules/esbuild/bin/esbuild", "entry.js", *options, f"--outfile={built}"], cwd=folder, check=True)
        licences = []
        for package, version in PACKAGES.items():
            home = folder / "node_modules" / package
            found = json.loads((home / "package.json").read_text("utf-8"))
            if (found["version"], found["license"]) != (version, "MIT"):
                sys.exit(f"{package}: {found['version']} {found['license']}, wanted {version} MIT")
            text = next((p.read_text("utf-8") for p in sorted(home.glob("LICEN[CS]E*"))), "MIT License\n")
            licences.append(f"{package} {version}\n\n{text.strip()}\n")
        (ASSETS / "editor.js").write_text(
            "/* CodeMirror 6, MIT: see editor.LICENSE.txt. Made by scripts/build_editor.py. */\n" + built.read_text("utf-8"), "utf-8", newline="\n"
        )
        (ASSETS / "editor.LICENSE.txt").write_text("\n----\n\n".join(licences), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
