package org.spanmatch.kernel.cuda.projection;

import java.nio.ByteBuffer;
import java.util.OptionalDouble;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Scalar;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Span;

/** The part of a span's state with a few numbers per neuron, on the device; a mark copies it. */
final class SpanState implements AutoCloseable {
  private final Device device;
  private final DeviceMemory memory;
  // When it was allocated: a tableau may have fewer columns by now.
  private final long rows;
  private final long columns;
  private final long others;

  private SpanState(Device device, Allocations allocations, long rows, long columns, long others) {
    this.device = device;
    this.rows = rows;
    this.columns = columns;
    this.others = others;
    memory = allocations.doubles(weightsAt() + rows);
  }

  /** Returns the state of a tableau before it is computed: zeros. */
  static SpanState fresh(Device device, Allocations allocations, Tableau tableau) {
    SpanState state =
        new SpanState(
            device, allocations, tableau.rows().length, tableau.columns().length, tableau.others());
    device.clear(state.memory);
    return state;
  }

  /** Returns a copy. */
  SpanState copy(Allocations allocations) {
    SpanState copy = sameShape(allocations);
    copyTo(copy);
    return copy;
  }

  /** Allocates a state of the same shape without setting its values. */
  SpanState sameShape(Allocations allocations) {
    return new SpanState(device, allocations, rows, columns, others);
  }

  /** Copies this state to one of the same shape. */
  void copyTo(SpanState target) {
    device.copy(memory, target.memory, memory.bytes());
  }

  /** Returns the offset of a line with an element per column of the tableau. */
  private long wholeLineAt(int line) {
    return SpanLayout.SCALARS + 3 * others + line * (rows + columns);
  }

  /** Returns the offset of a line with an element per column of C. */
  private long lineAt(int line) {
    return wholeLineAt(3) + line * columns;
  }

  private long weightsAt() {
    return lineAt(5);
  }

  /** Writes the members of a struct Span that point here. */
  void describe(ByteBuffer struct) {
    Span.NORMS.put(struct, memory.element(wholeLineAt(0)));
    Span.LOCAL.put(struct, memory.element(wholeLineAt(1)));
    Span.CARRIED.put(struct, memory.element(wholeLineAt(2)));
    Span.COMPONENTS.put(struct, memory.element(lineAt(0)));
    Span.JOINED.put(struct, memory.element(lineAt(1)));
    Span.OWN.put(struct, memory.element(lineAt(2)));
    Span.SQUARES.put(struct, memory.element(lineAt(3)));
    Span.PROJECTED.put(struct, memory.element(lineAt(4)));
    Span.WEIGHTS.put(struct, memory.element(weightsAt()));
    Span.SCALARS.put(struct, memory.pointer());
  }

  /** The memory of the scalars. */
  DeviceMemory scalars() {
    return memory;
  }

  /** The answer to a question: three rows of numbers behind the scalars. */
  static final class Answer {
    private final double[] found;
    private final int count;

    private Answer(double[] found, int count) {
      this.found = found;
      this.count = count;
    }

    /** Whether the numbers don't count, because a fresh start is needed first. */
    boolean needsStart() {
      return Scalar.NEEDS_START.of(found) != 0;
    }

    /** Whether error bounds would be much smaller without pending updates. */
    boolean needsApplying() {
      return Scalar.NEEDS_APPLYING.of(found) != 0;
    }

    double distance(int column) {
      return found[SpanLayout.SCALARS + column];
    }

    double errorBound(int column) {
      return found[SpanLayout.SCALARS + count + column];
    }

    double coefficientNorm(int column) {
      return found[SpanLayout.SCALARS + 2 * count + column];
    }
  }

  /**
   * Returns the last answer.
   *
   * @param count number of vectors of the other group
   */
  Answer answer(int count) {
    return new Answer(
        device.transfers().download(memory, 0, SpanLayout.SCALARS + 3 * count), count);
  }

  /**
   * Returns, after a start, the distance of the spanning vector nearest to the span of the others.
   *
   * @return empty if the factorisation failed
   */
  OptionalDouble nearest() {
    double[] found = device.transfers().download(memory, 0, SpanLayout.SCALARS);
    return Scalar.INDEFINITE.of(found) == 0
        ? OptionalDouble.of(1 / Math.sqrt(Scalar.LARGEST_INVERSE.of(found)))
        : OptionalDouble.empty();
  }

  /** Returns the squared distances of some columns. */
  double[] squares(int from, int count) {
    return device.transfers().download(memory, lineAt(3) + from, count);
  }

  @Override
  public void close() {
    memory.close();
  }
}
