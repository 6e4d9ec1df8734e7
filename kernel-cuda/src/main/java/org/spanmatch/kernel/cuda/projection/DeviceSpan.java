package org.spanmatch.kernel.cuda.projection;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.ProjectionTable.Effort;
import org.spanmatch.kernel.backend.GramErrors;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.Transfers;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Need;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Span;
import org.spanmatch.kernel.cuda.projection.SpanState.Answer;

/**
 * The span of one group's remaining vectors, with the other group's vectors projected on it, on a
 * device. The mathematics is that of the java backend's {@code SweptSpan}, which explains it, and
 * so are the reasons for a fresh start.
 *
 * <p>A fresh start with s spanning and p projected vectors costs about {@code 5/3·s³ + 2·s²·p}
 * operations, nearly all in cuBLAS, and a removal {@code 2·s·(s + p)}, where s counts the vectors
 * that spanned at the start.
 */
final class DeviceSpan {
  // A mark starts afresh from less than this part of the rows, so that trials inherit few.
  private static final int FEW_LEFT_AT_MARK = 2;

  private final Device device;
  private final Allocations allocations;
  private final UnitGram gram;
  private final DeviceMemory descriptors;
  private final SpanCode code;
  private final int which;
  private final BitSet spanning;
  private final BitSet projected;
  private int[] independent; // the vectors to start from, if known
  private Tableau tableau; // null if a fresh start is needed
  private SpanState state;
  private int pending;
  private int sweepsSinceAnswer;
  private boolean wantsSweeps; // for the last removal
  private long factorisations;
  private double operations;

  /** The state that a mark keeps; it shares the tableau. */
  private final class Saved implements SavedSpan {
    private final BitSet savedSpanning = (BitSet) spanning.clone();
    private final BitSet savedProjected = (BitSet) projected.clone();
    private final int savedPending = pending;
    private final int savedSweeps = sweepsSinceAnswer;
    private Tableau savedTableau; // null if a fresh start was needed or memory ran short
    private SpanState savedState;

    @Override
    public void restore() {
      forget();
      spanning.clear();
      spanning.or(savedSpanning);
      projected.clear();
      projected.or(savedProjected);
      if (savedTableau != null) {
        SpanState copy = savedState.sameShape(allocations);
        if (savedTableau == null) { // memory was so short that this state has been given up
          copy.close();
          return;
        }
        savedState.copyTo(copy);
        state = copy;
        tableau = savedTableau.share();
        pending = savedPending;
        sweepsSinceAnswer = savedSweeps;
        describe();
      }
    }

    @Override
    public void forgetMemory() {
      if (savedTableau != null) {
        savedState.close();
        savedTableau.release();
        savedTableau = null;
      }
    }
  }

  /** A state that a span can return to. */
  interface SavedSpan {
    /** Returns to this state; may be called more than once. */
    void restore();

    /** Frees this state's device memory; returning then needs a fresh start. */
    void forgetMemory();
  }

  /**
   * Creates a span; nothing is computed before the first question.
   *
   * @param descriptors device memory for the structs of both spans
   * @param which the number of this span, 0 or 1
   * @param spanning the spanning vectors
   * @param projected the vectors to project
   */
  DeviceSpan(
      Device device,
      Allocations allocations,
      UnitGram gram,
      DeviceMemory descriptors,
      int which,
      int[] spanning,
      int[] projected) {
    this.device = device;
    this.allocations = allocations;
    this.gram = gram;
    this.descriptors = descriptors;
    this.code = new SpanCode(device, descriptors);
    this.which = which;
    this.spanning = bits(spanning);
    this.projected = bits(projected);
  }

  private static BitSet bits(int[] vectors) {
    BitSet bits = new BitSet();
    IntStream.of(vectors).forEach(bits::set);
    return bits;
  }

  /** Frees the state on the device, so that the next question needs a fresh start. */
  void forget() {
    if (tableau != null) {
      tableau.release();
      tableau = null;
    }
    if (state != null) {
      state.close();
      state = null;
    }
    pending = 0;
    independent = null;
  }

  private void describe() {
    ByteBuffer struct = Transfers.nativeBytes(Span.BYTES);
    tableau.describe(struct);
    state.describe(struct);
    Span.GRAM_ERROR.put(struct, gram.error());
    Span.ALLOWED_DRIFT.put(struct, GramErrors.ALLOWED_DRIFT);
    Span.RANK_TOLERANCE.put(struct, Precision.GRAM_FLOOR);
    device.transfers().upload(struct, descriptors, (long) which * Span.BYTES);
  }

  // Questions.

  /**
   * Returns the distances of the remaining projected vectors.
   *
   * @param neurons the vectors' neurons, in the order of their columns
   */
  Distances distances(int[] neurons) {
    int count = neurons.length;
    double[] distances = new double[count];
    double[] errorBounds = new double[count];
    double[] coefficientNorms = new double[count];
    if (count > 0) {
      Answer answer = answer();
      int others = tableau.others();
      int next = 0;
      for (int x = 0; x < others; x++) {
        if (projected.get(tableau.columns()[x])) {
          distances[next] = answer.distance(x);
          errorBounds[next] = answer.errorBound(x);
          coefficientNorms[next] = answer.coefficientNorm(x);
          next++;
        }
      }
    }
    return new Distances(neurons, distances, errorBounds, coefficientNorms, gram.storageRoundoff());
  }

  private Answer answer() {
    while (true) {
      if (tableau == null) {
        start();
      }
      code.answer(which, tableau.width());
      Answer answer = state.answer(tableau.others());
      if (answer.needsStart()) {
        restart();
      } else if (answer.needsApplying()) {
        applyPending();
      } else {
        sweepsSinceAnswer = 0;
        return answer;
      }
    }
  }

  /** Returns the dimension of the span. */
  int rank() {
    prepare();
    return (int) IntStream.of(tableau.rows()).filter(spanning::get).count();
  }

  /** Makes a fresh start if one is needed before the next question. */
  void prepare() {
    answer();
  }

  /** Returns what was computed so far. */
  Effort effort() {
    return new Effort(factorisations, operations);
  }

  /** Number of elements that a sweep computes: those of a row and of a column. */
  int sweepSize() {
    return tableau.width() + tableau.rows().length;
  }

  /** Number of sweeps for which there is room until updates must be applied. */
  int room() {
    return Tableau.PENDING - pending;
  }

  // Removals.

  /**
   * Removes vectors on the host only; call {@link #takeProjected} and {@link #sweepOut} next to do
   * so on the device, or else {@link #forget}.
   */
  void remove(int[] fromProjected, int[] fromSpanning) {
    IntStream.of(fromProjected).forEach(projected::clear);
    // More sweeps than this cost more than a fresh start with the remaining vectors.
    wantsSweeps = fromSpanning.length <= Math.max(1, spanning.cardinality() / 4);
    IntStream.of(fromSpanning).forEach(spanning::clear);
  }

  /** Removes vectors from the projected ones on the device. */
  void takeProjected(int... removed) {
    if (tableau == null) {
      return;
    }
    if (removed.length == 1) {
      code.takeOut(which, removed[0], false);
      return;
    }
    code.takeProjected(which, tableau.list(removed), removed.length);
  }

  /** Sweeps vectors out of the span on the device. */
  void sweepOut(int... removed) {
    if (!wantsSweeps) {
      forget();
    }
    BitSet awaited = bits(removed); // their columns are still needed
    for (int i = 0; i < removed.length && tableau != null; i++) {
      code.takeOut(which, removed[i], true);
      awaited.clear(removed[i]);
      if (tableau.row(removed[i]) >= 0) {
        code.readPivot(which, 1, sweepSize());
        code.sweepOut(which, 1, sweepSize(), DeviceAddress.NULL);
        code.countSweep(which, 1);
        countSweep();
        if (pending == Tableau.PENDING) {
          applyAll(awaited);
        }
      }
    }
  }

  private void countSweep() {
    operations += 4.0 * pending * sweepSize();
    pending++;
    sweepsSinceAnswer++;
  }

  /** Runs work that leaves a tableau half changed if it fails, for example for lack of memory. */
  private void orForget(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      forget();
      throw e;
    }
  }

  /** Called after peeling on the device removed vectors, some of which spanned. */
  void peeled(int[] fromSpanning) {
    for (int vector : fromSpanning) {
      if (tableau.row(vector) >= 0) {
        countSweep();
      }
    }
    // Each step computed an answer, except after the last removal.
    sweepsSinceAnswer = 1;
  }

  /**
   * Makes the norms of the coefficients, and the bounds that grow with them, as small as possible.
   */
  void applyPending() {
    if (tableau != null && pending > 0) {
      orForget(() -> applyAll(new BitSet()));
    }
  }

  /** Does what peeling needs before it can go on, and what it would soon need. */
  void prepare(Need need) {
    if (need == Need.APPLYING) {
      applyPending();
    } else {
      applyMany();
    }
    if (need == Need.START) {
      prepare();
    }
  }

  /** Applies pending updates if there are many. */
  void applyMany() {
    if (2 * pending > Tableau.PENDING) {
      applyPending();
    }
  }

  /**
   * Applies all pending updates, and drops columns if many aren't needed any more.
   *
   * @param awaited vectors that have left the span, but are still to be swept out
   */
  private void applyAll(BitSet awaited) {
    code.settle(which, pending, sweepSize());
    if (tableau.isShared()) {
      unshare();
    }
    tableau.apply(pending, device.blas());
    code.refresh(which, tableau.width());
    operations += 2.0 * pending * tableau.rows().length * tableau.width();
    pending = 0;
    dropColumns(awaited);
  }

  /** Leaves the tableau to the marks that share it, unless they give it up for lack of memory. */
  private void unshare() {
    try {
      Tableau own = tableau.copy(allocations, pending);
      tableau.release();
      tableau = own;
      describe();
    } catch (DeviceException e) {
      if (!e.isOutOfMemory() || tableau.isShared()) {
        throw e;
      }
    }
  }

  private void dropColumns(BitSet awaited) {
    int[] spanningColumns =
        IntStream.range(0, tableau.spanning().length)
            .filter(j -> spanning.get(tableau.spanning()[j]) || awaited.get(tableau.spanning()[j]))
            .toArray();
    int[] columns =
        IntStream.range(0, tableau.columns().length)
            .filter(x -> (x < tableau.others() ? projected : spanning).get(tableau.columns()[x]))
            .toArray();
    int kept = spanningColumns.length + columns.length;
    if (8 * kept > 7 * tableau.width()) {
      return;
    }
    DeviceAddress sources = tableau.keep(spanningColumns, columns);
    code.dropColumns(which, tableau.rows().length, sources, spanningColumns.length, kept);
    describe();
  }

  // Marks.

  /** Saves the state. */
  SavedSpan save() {
    prepareMark();
    Saved saved = new Saved();
    if (tableau != null) {
      try {
        saved.savedState = state.copy(allocations);
        saved.savedTableau = tableau.share();
      } catch (DeviceException e) {
        if (!e.isOutOfMemory()) {
          throw e;
        }
        // Returning will need a fresh start.
      }
    }
    return saved;
  }

  /** Does once what each trial from a mark would soon have to do. */
  private void prepareMark() {
    try {
      applyMany();
      if (tableau != null && isFewLeft()) {
        forget();
        start();
      }
    } catch (DeviceException e) {
      if (!e.isOutOfMemory()) {
        throw e;
      }
      // The next question needs a fresh start.
    }
  }

  private boolean isFewLeft() {
    int rows = tableau.rows().length;
    return rows > SpanLayout.SMALL && FEW_LEFT_AT_MARK * spanning.cardinality() < rows;
  }

  // Fresh starts.

  /**
   * Starts afresh because the tableau is too inexact, or because a dependent vector has to join the
   * span.
   */
  private void restart() {
    int[] known = null;
    int farthest = farthestDependent();
    if (sweepsSinceAnswer == 1 && farthest >= 0) {
      IntStream rows = IntStream.of(tableau.rows()).filter(spanning::get);
      known = IntStream.concat(rows, IntStream.of(farthest)).toArray();
    }
    forget();
    independent = known;
    start();
  }

  /** Returns the dependent vector farthest from the span, or -1 if all are near. */
  private int farthestDependent() {
    int others = tableau.others();
    double[] squares = state.squares(others, tableau.columns().length - others);
    int farthest = -1;
    double largest = Precision.GRAM_FLOOR * Precision.GRAM_FLOOR;
    for (int i = 0; i < squares.length; i++) {
      int vector = tableau.columns()[others + i];
      if (spanning.get(vector) && squares[i] > largest) {
        largest = squares[i];
        farthest = vector;
      }
    }
    return farthest;
  }

  private void start() {
    orForget(this::startAfresh);
  }

  private void startAfresh() {
    int[] all = spanning.stream().toArray();
    int[] first = independent == null ? all : independent;
    if (!start(first, all, false)) {
      int[] chosen = new IndependentVectors(device, gram).of(all, Precision.GRAM_FLOOR);
      // The last ones are nearest to the span of the others, so rounding may still make them look
      // dependent.
      while (!start(chosen, all, true)) {
        chosen = IntStream.of(chosen).limit(chosen.length - 1L).toArray();
      }
    }
    sweepsSinceAnswer = 0;
  }

  /**
   * Computes a fresh tableau.
   *
   * @param from the vectors that get rows
   * @param all all spanning vectors
   * @param chosen whether {@code from} was chosen as a largest independent subset
   * @return false if the vectors are not independent
   */
  private boolean start(int[] from, int[] all, boolean chosen) {
    BitSet taken = bits(from);
    int[] dependent = IntStream.of(all).filter(vector -> !taken.get(vector)).toArray();
    int[] others = projected.stream().toArray();
    int[] columns = IntStream.concat(IntStream.of(others), IntStream.of(dependent)).toArray();
    tableau = new Tableau(device, allocations, from, columns, others.length, gram.size());
    state = SpanState.fresh(device, allocations, tableau);
    describe();
    new Projection(device, allocations, gram, tableau, state, code, which).compute();
    factorisations++;
    OptionalDouble nearest = from.length == 0 ? OptionalDouble.of(1) : state.nearest();
    if (nearest.isPresent()) {
      double rank = from.length;
      operations += rank * rank * (5 * rank / 3 + 2.0 * columns.length);
      if (nearest.getAsDouble() > (chosen ? 0 : Precision.GRAM_FLOOR)) {
        return true;
      }
    }
    forget();
    return false;
  }
}
