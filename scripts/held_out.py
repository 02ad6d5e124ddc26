"""Accuracy with fitted weights that never saw the article: python scripts/held_out.py GOLD_DIR... [--folds 5]

The articles are dealt into folds; for each fold both weight tables are fitted on the others and its articles are scored with
them. Rules and word lists are the shipped ones: they were written while reading these articles, so text of another kind may
do worse. Takes some minutes.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from kg.evaluate import Score, total
from kg.gold import find_gold
from kg.pack import DEFAULT, read_lexicon
from kg.scores import evaluate

FITTED = {"subject_weights.tsv": ("fit_subjects.py",), "party_weights.tsv": ("fit_parties.py", "--penalty", "4")}


def fitted(gold: Path, out: Path) -> None:
    """A pack with weights fitted on a folder; shipped weights that the fit does not give are taken out."""
    out.mkdir()
    for table, (script, *options) in FITTED.items():
        command = [sys.executable, str(Path(__file__).parent / script), str(gold), *options, "--out", str(out / table)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        given = {e.name for e in read_lexicon(out / table)}
        with (out / table).open("a", encoding="utf-8") as f:
            f.writelines(f"{e.name}\t-\t\t\t\n" for e in read_lexicon(DEFAULT / table) if e.name not in given)


def held_out(folders: list[Path], folds: int) -> dict[str, Score]:
    """Folder → its score, each article by weights of the folds it is not in."""
    articles = [(folder.name, path) for folder in folders for path in find_gold(folder)]
    scores: dict[str, list[Score]] = {folder.name: [] for folder in folders}
    with tempfile.TemporaryDirectory() as work:
        for fold in range(folds):
            train = Path(work, f"train{fold}")
            train.mkdir()
            for i, (_, path) in enumerate(articles):
                if i % folds != fold:
                    shutil.copy(path, train)
                    shutil.copy(path.with_suffix(".txt"), train)
            pack = Path(work, f"pack{fold}")
            fitted(train, pack)
            for i, (folder, path) in enumerate(articles):
                if i % folds == fold:
                    scores[folder] += [s for _, s in evaluate(path, packs=(pack,)).documents]
    return {folder: total(found) for folder, found in scores.items()}


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("gold", nargs="+", type=Path)
    ap.add_argument("--folds", type=int, default=5)
    a = ap.parse_args()
    for folder, score in held_out(a.gold, a.folds).items():
        print(folder, " ".join(f"{m} {c.f1:.3f}" for m, c in score.counts.items()), f"facts {score.facts:.3f}")


if __name__ == "__main__":
    main()
