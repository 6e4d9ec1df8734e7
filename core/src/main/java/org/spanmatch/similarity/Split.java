package org.spanmatch.similarity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How the examples of a layer are divided at random into parts that are added up separately: folds,
 * each of which is held out once, or a share that is held out; and blocks, each of which a
 * jackknife leaves out once. With both, a fold consists of whole blocks.
 *
 * <p>An example with all its samples, such as an image or a sequence of tokens, goes to one part,
 * since samples of one example resemble each other. All divisions into parts of the same sizes are
 * equally likely (Knuth, The Art of Computer Programming, 3.4.2, algorithm S), and one seed gives
 * one division for one number of examples.
 *
 * @param folds number of folds, at least 2; 0 for none
 * @param heldOut the share of the examples to hold out, between 0 and 1; 0 for none
 * @param blocks the least number of blocks, at least 2, fewer where there are fewer examples; 0 for
 *     none
 * @param seed chooses the division
 */
public record Split(int folds, double heldOut, int blocks, long seed) {
  private static final int NEVER = -1;

  /**
   * Checks the numbers.
   *
   * @param folds number of folds, at least 2; 0 for none
   * @param heldOut the share of the examples to hold out, between 0 and 1; 0 for none
   * @param blocks the least number of blocks, at least 2; 0 for none
   * @param seed chooses the division
   */
  public Split {
    if (folds < 0 || folds == 1) {
      throw new IllegalArgumentException("expected at least 2 folds, found " + folds);
    }
    if (!(heldOut >= 0 && heldOut < 1)) {
      throw new IllegalArgumentException("expected a share from 0 to 1, found " + heldOut);
    }
    if (blocks < 0 || blocks == 1) {
      throw new IllegalArgumentException("expected at least 2 blocks, found " + blocks);
    }
    if ((folds > 0 && heldOut > 0) || (folds == 0 && heldOut == 0 && blocks == 0)) {
      throw new IllegalArgumentException("expected either folds or a share to hold out, or blocks");
    }
  }

  /** {@return whether examples are held out} */
  public boolean holdsOut() {
    return folds > 0 || heldOut > 0;
  }

  /** {@return the least number of examples that can be divided} */
  public int leastExamples() {
    return Math.max(2, folds);
  }

  /**
   * Divides examples.
   *
   * @param examples number of examples
   * @return the parts and who is in which
   * @throws IllegalArgumentException if there are fewer than {@link #leastExamples}
   */
  public Deal deal(long examples) {
    if (examples < leastExamples()) {
      throw new IllegalArgumentException(
          "expected at least " + leastExamples() + " examples, found " + examples);
    }
    List<Long> sizes = new ArrayList<>();
    List<Integer> foldOf = new ArrayList<>();
    if (folds > 0) {
      int each = (int) Math.max(1, Math.min((blocks + folds - 1L) / folds, examples / folds));
      addParts(sizes, foldOf, folds * each, examples, 0);
      for (int part = 0; part < foldOf.size(); part++) {
        foldOf.set(part, part % folds);
      }
    } else if (heldOut > 0) {
      long tested = Math.max(1, Math.min(examples - 1, Math.round(heldOut * examples)));
      int all = (int) Math.max(2, Math.min(blocks, examples));
      long share = Math.round(heldOut * all);
      int testing = (int) Math.max(1, Math.min(Math.min(all - 1, tested), share));
      int training = (int) Math.min(all - testing, examples - tested);
      addParts(sizes, foldOf, testing, tested, 0);
      addParts(sizes, foldOf, training, examples - tested, NEVER);
    } else {
      addParts(sizes, foldOf, (int) Math.min(blocks, examples), examples, NEVER);
    }
    return new Deal(sizes, foldOf, seed);
  }

  /** Adds parts of sizes that differ by at most one. */
  private static void addParts(
      List<Long> sizes, List<Integer> foldOf, int parts, long examples, int fold) {
    for (int part = 0; part < parts; part++) {
      sizes.add(examples / parts + (part < examples % parts ? 1 : 0));
    }
    foldOf.addAll(Collections.nCopies(parts, fold));
  }

  /**
   * A division of some number of examples.
   *
   * @param sizes number of examples of each part, at least 1
   * @param foldOf the fold with which each part is held out, from 0; -1 for a part that never is
   * @param seed chooses who is in which part
   */
  public record Deal(List<Long> sizes, List<Integer> foldOf, long seed) {
    /**
     * Copies the lists.
     *
     * @param sizes number of examples of each part, at least 1
     * @param foldOf the fold with which each part is held out, from 0; -1 for a part that never is
     * @param seed chooses who is in which part
     */
    public Deal {
      sizes = List.copyOf(sizes);
      foldOf = List.copyOf(foldOf);
      if (sizes.size() != foldOf.size()) {
        throw new IllegalArgumentException(
            "expected a fold for each of " + sizes.size() + " parts, found " + foldOf.size());
      }
    }

    /** {@return the number of examples of all parts} */
    public long examples() {
      return sizes.stream().mapToLong(Long::longValue).sum();
    }

    /** {@return the parts of the examples, from the first example on} */
    public Draw draw() {
      return new Draw(this);
    }
  }

  /** The parts of the examples, one after the other. For one thread at a time. */
  public static final class Draw {
    private final SplittableRandom random;
    private final long[] left; // examples that each part still takes
    private long all;

    private Draw(Deal deal) {
      random = new SplittableRandom(deal.seed());
      left = deal.sizes().stream().mapToLong(Long::longValue).toArray();
      all = Arrays.stream(left).sum();
    }

    /** {@return the part of the next example, from 0} */
    public int next() {
      long place = random.nextLong(all);
      int part = 0;
      while (place >= left[part]) {
        place -= left[part++];
      }
      left[part]--;
      all--;
      return part;
    }
  }
}
