package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.spanmatch.activations.ElementType;

/**
 * The problems on which backends are validated, chosen to cover what may go wrong, in every number
 * format.
 */
public final class Corpus {
  // Sizes around those of vectors, tiles and blocks.
  private static final int[] SIZES = {
    1, 4, 6, 8, 13, 16, 25, 32, 64, 100, 128, 207, 256, 300, 512, 702
  };
  private static final int SMALL = 64; // largest size of both groups at level quick
  private static final int WIDE = 256; // largest size of one group at level quick
  private static final int MOST_IN_BOTH_LAYOUTS = 250; // the arbiter takes seconds for larger ones
  private static final int REPETITIONS = 5;
  private static final double[] NOISES = {0.02, 0.05, 0.15, 0.3};
  private static final List<ElementType> FLOATS =
      List.of(ElementType.FLOAT64, ElementType.FLOAT32, ElementType.FLOAT16);

  private final Level level;
  private final long seed;
  private final List<Case> cases = new ArrayList<>();

  private Corpus(Level level, long seed) {
    this.level = level;
    this.seed = seed;
  }

  /**
   * Returns the cases of a level; equal seeds give equal cases at every level.
   *
   * @param seed chooses the random numbers
   */
  public static List<Case> of(Level level, long seed) {
    if (level != Level.EXHAUSTIVE) {
      return new Corpus(level, seed).cases();
    }
    List<Case> all = new ArrayList<>();
    for (int i = 0; i < REPETITIONS; i++) {
      String name = i == 0 ? "" : ", seed " + (seed + i);
      for (Case one : new Corpus(level, seed + i).cases()) {
        all.add(new Case(one.name() + name, one.problem(), one.type(), one.storage()));
      }
    }
    return all;
  }

  private List<Case> cases() {
    sizes();
    structures();
    scales();
    planted();
    hard();
    bfloat16();
    return List.copyOf(cases);
  }

  /** Returns a separate seed for each kind, so that leaving out one does not change the others. */
  private long seed(String kind) {
    return new SplittableRandom(seed * 1_000_003 + kind.hashCode()).nextLong();
  }

  /**
   * Adds a problem in the given formats and both layouts; large ones, and all at level quick, in
   * one layout each, by turns.
   */
  private void add(String kind, Problem problem, ElementType... types) {
    boolean oneLayout =
        level == Level.QUICK || problem.x().size() + problem.y().size() > MOST_IN_BOTH_LAYOUTS;
    for (ElementType type : types) {
      Storage[] both = Storage.values();
      Storage turn = both[cases.size() % both.length];
      for (Storage storage : oneLayout ? List.of(turn) : Arrays.asList(both)) {
        cases.add(Case.of(kind, problem, type, storage));
      }
    }
  }

  private void add(String kind, Problem problem) {
    add(kind, problem, FLOATS.toArray(ElementType[]::new));
  }

  /** Adds a problem in one of the formats. */
  private void addOne(String kind, Problem problem) {
    ElementType type = FLOATS.get(Math.floorMod(kind.hashCode(), FLOATS.size()));
    add(kind, problem, type);
  }

  private void sizes() {
    for (int n : SIZES) {
      if (level != Level.QUICK || n <= SMALL) {
        String kind = n + " + " + n + " neurons";
        addOne(kind, Problem.random(seed(kind), n + Math.min(n, 40) + 3, n, n));
      }
      if (n > SMALL && (level != Level.QUICK || n <= WIDE)) {
        String kind = n + " + 5 neurons";
        addOne(kind, Problem.random(seed(kind), n + 20, n, 5));
      }
    }
  }

  private void structures() {
    add("random", Problem.random(seed("random"), 50, 12, 17));
    add("ReLU", Problem.relu(seed("ReLU"), 100, 16, 13));
    long mean = seed("dominant mean");
    add("dominant mean", Problem.relu(mean, 80, 13, 16).map(v -> 1 + v / 64));
    addOne("many samples", Problem.relu(seed("many samples"), 3000, 8, 9));
    add("low rank plus noise", Problem.lowRank(seed("low rank"), 90, 16, 14, 5, 0.01));
    for (int exponent = 2; exponent <= 14; exponent += 2) {
      String kind = "near duplicates 1e-" + exponent;
      Problem problem = Problem.nearDuplicates(seed(kind), 60, 10, 13, Math.pow(10, -exponent));
      if (exponent == 2) {
        add(kind, problem);
      } else if (exponent <= 6) {
        add(kind, problem, ElementType.FLOAT64, ElementType.FLOAT32);
      } else {
        add(kind, problem, ElementType.FLOAT64); // the other formats can't represent the difference
      }
    }
    add("duplicates", Problem.nearDuplicates(seed("duplicates"), 60, 10, 13, 0));
    add("rank 3n/4", Problem.threeQuarterRank(seed("rank"), 60, 16, 12));
    addOne("as many samples as neurons", Problem.random(seed("square"), 12, 12, 12));
    add("fewer samples than neurons", Problem.random(seed("few"), 7, 9, 12));
    addOne("one sample", Problem.random(seed("one"), 1, 3, 2));
    add("one neuron each", Problem.random(seed("pair"), 50, 1, 1));
    addOne("one neuron against many", Problem.random(seed("many"), 50, 1, 20));
  }

  private void scales() {
    Problem relu = Problem.relu(seed("scales"), 80, 12, 10);
    long factors = seed("factors");
    add("norms 1e±150", relu.graded(-150, 150, factors), ElementType.FLOAT64);
    add("norms 1e±30", relu.graded(-30, 30, factors), ElementType.FLOAT32);
    add("norms 1e±2", relu.graded(-2, 2, factors), ElementType.FLOAT16);
    add("subnormal", relu.graded(-318, -310, factors), ElementType.FLOAT64);
    add("subnormal", relu.graded(-43, -39, factors), ElementType.FLOAT32);
    add("subnormal", relu.graded(-6, -5, factors), ElementType.FLOAT16);
    Problem dead = Problem.relu(seed("dead"), 60, 12, 10);
    for (int i = 0; i < 10; i += 3) {
      Arrays.fill(dead.x().get(i), 0);
      Arrays.fill(dead.y().get(i), 0);
    }
    add("dead neurons", dead);
  }

  private void planted() {
    add("planted exact matches", planted("exact", 4, 0));
    add("planted matches", planted("noisy", 4, NOISES));
    // Many small subspaces, so that most matches are simple.
    add("planted simple matches", planted("simple", 7, 0, 0.05));
  }

  private void hard() {
    HardMatrices.all(seed("hard"))
        .forEach(
            (kind, problem) -> {
              add(kind, problem, ElementType.FLOAT64);
              if (level != Level.QUICK) {
                add(kind, problem, ElementType.FLOAT32);
              }
            });
  }

  /** Comes last, since layouts go by turns. */
  private void bfloat16() {
    ElementType type = ElementType.BFLOAT16;
    Problem relu = Problem.relu(seed("bfloat16"), 80, 12, 10);
    add("random", Problem.random(seed("random"), 50, 12, 17), type);
    add("ReLU", relu, type);
    add("duplicates", Problem.nearDuplicates(seed("duplicates"), 60, 10, 13, 0), type);
    add("planted matches", planted("noisy", 4, NOISES), type);
    add("norms 1e±30", relu.graded(-30, 30, seed("factors")), type);
    add("subnormal", relu.graded(-39, -38, seed("factors")), type);
  }

  private Problem planted(String kind, int subspaces, double... noises) {
    SplittableRandom random = new SplittableRandom(seed(kind));
    return Problem.planted(random, 40, 13, 12, subspaces, noises);
  }
}
