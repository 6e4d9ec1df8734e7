package org.spanmatch.cli.commands;

import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.Question;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.similarity.Chance;

/** The match levels of layers one of which has its examples in another order. */
final class ShuffledLevels implements Question<Chance> {
  @Override
  public Chance answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
    MatchSpectrum levels = steps.run("spectrum", () -> MatchSpectrum.of(table, steps.progress()));
    return Chance.ofPermuted(levels.levels(Group.X), levels.levels(Group.Y));
  }

  /** What is a matter of chance needs no more than {@link Precision#STANDARD}. */
  @Override
  public boolean inDoubt(Chance answer) {
    return false;
  }
}
