package org.spanmatch.similarity;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.spanmatch.gram.Gram;

/**
 * Gram matrices of the same layers on disjoint sets of examples, as a {@link Split} divides them.
 *
 * <p>What is asked of all samples but some is asked of the sum of the other parts: a difference
 * from the sum of all would lose digits wherever most of a neuron's activity lies in the part taken
 * away.
 *
 * @param grams one per part, of standard precision, since they serve statistics whose sampling
 *     error is far above rounding
 * @param deal which part is held out when, and how many examples each has
 * @param centred whether neurons are compared about their means, which are those of the samples
 *     that something is fitted to
 */
public record Parts(List<Gram> grams, Split.Deal deal, boolean centred) {
  /**
   * Receives the Gram matrix of some examples, and that of all others. If parts are centred, the
   * others are about their means, and the examples about the same ones.
   */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Called once for each choice of examples.
     *
     * @param number its number, from 0
     * @param some the Gram matrix of the examples chosen
     * @param others the Gram matrix of all other examples
     */
    void visit(int number, Gram some, Gram others);
  }

  /**
   * Checks that there is a Gram matrix for each part.
   *
   * @param grams one per part, of standard precision
   * @param deal which part is held out when, and how many examples each has
   * @param centred whether neurons are compared about their means
   */
  public Parts {
    grams = List.copyOf(Objects.requireNonNull(grams, "grams"));
    if (grams.size() != deal.sizes().size()) {
      throw new IllegalArgumentException(
          "expected " + deal.sizes().size() + " parts, found " + grams.size());
    }
  }

  /**
   * Parts of neurons as they are.
   *
   * @param grams one per part, of standard precision
   * @param deal which part is held out when, and how many examples each has
   */
  public Parts(List<Gram> grams, Split.Deal deal) {
    this(grams, deal, false);
  }

  /**
   * Visits each fold, with all parts that are not in it. Takes the memory of a Gram matrix per
   * fold, if folds have several parts, and of a few more.
   *
   * @param visitor receives the samples that are held out, and those to fit to
   * @throws IllegalArgumentException if no part is ever held out
   */
  public void forEachFold(Visitor visitor) {
    int folds = folds();
    if (folds == 0) {
      throw new IllegalArgumentException("expected a part that is held out, found none");
    }
    List<Gram> tested = new ArrayList<>(Collections.nCopies(folds, Gram.empty()));
    Gram never = Gram.empty();
    for (int part = 0; part < grams.size(); part++) {
      int fold = deal.foldOf().get(part);
      if (fold < 0) {
        never = never.plus(grams.get(part));
      } else {
        tested.set(fold, tested.get(fold).plus(grams.get(part)));
      }
    }
    visit(tested, 0, folds, never, visitor);
  }

  /** Returns the Gram matrix of all samples, about their means if parts are centred. */
  Gram whole() {
    Gram whole = Gram.sum(grams);
    return centred ? whole.centred() : whole;
  }

  /** Returns the number of folds. */
  int folds() {
    return Collections.max(deal.foldOf()) + 1;
  }

  /**
   * Visits each part, with all others. Takes the memory of a Gram matrix per doubling of the number
   * of parts, and n·log₂n sums for n parts.
   *
   * @param visitor receives the part, and the sum of all others
   */
  public void forEachPart(Visitor visitor) {
    visit(grams, 0, grams.size(), Gram.empty(), visitor);
  }

  /** Halves a range of parts, of which what lies outside is added up already. */
  private void visit(List<Gram> all, int from, int to, Gram outside, Visitor visitor) {
    if (to - from == 1) {
      Gram others = centred ? outside.centred() : outside;
      visitor.visit(from, centred ? all.get(from).withShiftsOf(others) : all.get(from), others);
      return;
    }
    int middle = (from + to) >>> 1;
    visit(all, from, middle, outside.plus(Gram.sum(all.subList(middle, to))), visitor);
    visit(all, middle, to, outside.plus(Gram.sum(all.subList(from, middle))), visitor);
  }
}
