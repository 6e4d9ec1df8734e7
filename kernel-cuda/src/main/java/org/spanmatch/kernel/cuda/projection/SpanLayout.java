package org.spanmatch.kernel.cuda.projection;

import java.nio.ByteBuffer;
import java.util.List;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.Grid;

/**
 * The structs, enums and sizes that this package shares with the CUDA sources, which describes
 * their members; a test compares the two.
 */
@SuppressWarnings("EnumOrdinal") // the order of the constants is the layout
final class SpanLayout {
  /** Number of rows that one block of threads factorises. */
  static final int PANEL = 64;

  /** Number of threads of a block that works on a part of a line. */
  static final int LINE = Grid.THREADS;

  /** Columns of a block that adds up columns, and its threads per column. */
  static final int TILE = 32;

  static final int ROW_LANES = 16;

  /** Number of lines of a span's state that have an element per column. */
  static final int COLUMN_LINES = 8;

  /** With fewer rows sweeps cost too little for a fresh start with what is left of them. */
  static final int SMALL = 64;

  /** Size of struct Survey in doubles; the host only allocates it. */
  static final int SURVEY_DOUBLES = 10;

  /** Size of struct RowSums in doubles; the host only allocates it. */
  static final int ROW_SUMS_DOUBLES = 4;

  /** Size of the scalars, in doubles. */
  static final int SCALARS = 16;

  private SpanLayout() {}

  /** Types of members; each has eight bytes. */
  enum Kind {
    /** A pointer to device memory. */
    ADDRESS,
    /** A {@code long long}. */
    INTEGER,
    /** A {@code double}. */
    NUMBER
  }

  /** The members of struct Span, in order. */
  enum Span {
    VALUES(Kind.ADDRESS),
    PENDING_ROWS(Kind.ADDRESS),
    PENDING_COLUMNS(Kind.ADDRESS),
    ROW(Kind.ADDRESS),
    ROW_SIZES(Kind.ADDRESS),
    COLUMN(Kind.ADDRESS),
    COLUMN_SIZES(Kind.ADDRESS),
    ROW_SUMS(Kind.ADDRESS),
    NORMS(Kind.ADDRESS),
    LOCAL(Kind.ADDRESS),
    CARRIED(Kind.ADDRESS),
    COMPONENTS(Kind.ADDRESS),
    JOINED(Kind.ADDRESS),
    OWN(Kind.ADDRESS),
    WEIGHTS(Kind.ADDRESS),
    SQUARES(Kind.ADDRESS),
    PROJECTED(Kind.ADDRESS),
    SCALARS(Kind.ADDRESS),
    PLACES(Kind.ADDRESS),
    PIVOTS(Kind.ADDRESS),
    VECTORS(Kind.ADDRESS),
    ROWS(Kind.INTEGER),
    FIRST(Kind.INTEGER),
    COLUMNS(Kind.INTEGER),
    OTHERS(Kind.INTEGER),
    LEADING(Kind.INTEGER),
    STARTED(Kind.INTEGER),
    GRAM_ERROR(Kind.NUMBER),
    ALLOWED_DRIFT(Kind.NUMBER),
    RANK_TOLERANCE(Kind.NUMBER);

    /** Size of the struct in bytes. */
    static final int BYTES = Long.BYTES * values().length;

    private final Kind kind;

    Span(Kind kind) {
      this.kind = kind;
    }

    /** The type of this member. */
    Kind kind() {
      return kind;
    }

    /** Bytes before this member. */
    int offset() {
      return Long.BYTES * ordinal();
    }

    /** Writes this member, a pointer, to a struct at the start of a buffer. */
    void put(ByteBuffer struct, DeviceAddress value) {
      require(Kind.ADDRESS);
      struct.putLong(offset(), value.value());
    }

    /** Writes this member, an integer, to a struct at the start of a buffer. */
    void put(ByteBuffer struct, long value) {
      require(Kind.INTEGER);
      struct.putLong(offset(), value);
    }

    /** Writes this member, a double, to a struct at the start of a buffer. */
    void put(ByteBuffer struct, double value) {
      require(Kind.NUMBER);
      struct.putDouble(offset(), value);
    }

    private void require(Kind given) {
      if (kind != given) {
        throw new IllegalArgumentException(this + " is of kind " + kind + ", not " + given);
      }
    }
  }

  /** The scalars of a span, in the order of enum Scalar. */
  enum Scalar {
    INVERSE_TRACE,
    SWEEPS,
    FAILED,
    PENDING,
    PIVOT,
    PIVOT_ERROR,
    INDEFINITE,
    LARGEST_INVERSE,
    SPANNING,
    DEPENDENT,
    NEEDS_START,
    APPLIED_NORM,
    NEEDS_APPLYING;

    /** Returns this scalar from the array of all scalars. */
    double of(double[] scalars) {
      return scalars[ordinal()];
    }
  }

  /** What a span needs before the next step of peeling, as enum Need numbers it. */
  enum Need {
    NOTHING,
    APPLYING,
    START;

    private static final List<Need> ALL = List.of(values());

    /** Returns the one that a step's member stands for. */
    static Need of(double number) {
      return ALL.get((int) number);
    }
  }

  /** The members of struct Step, in order; all are doubles. */
  enum Step {
    VECTOR,
    DISTANCE,
    ERROR_BOUND,
    HIGHEST,
    X_NEEDS,
    Y_NEEDS;

    /** Size of the struct in doubles. */
    static final int DOUBLES = values().length;

    /** Returns this member of a step from an array of structs. */
    double of(double[] steps, int step) {
      return steps[DOUBLES * step + ordinal()];
    }
  }
}
