package org.spanmatch.validation;

import java.nio.ByteOrder;
import java.util.Locale;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.Group;

/**
 * A problem, stored in one way.
 *
 * @param name what is special about it, and how it is stored
 * @param problem the groups; every value is one of the number format
 * @param type the number format
 * @param storage how the values lie in memory
 */
public record Case(String name, Problem problem, ElementType type, Storage storage) {
  private static final int BLOCK_ROWS = 64;

  /** The case of a problem whose values are rounded to a number format, which its name tells. */
  public static Case of(String kind, Problem problem, ElementType type, Storage storage) {
    String name = kind + ", " + type.name().toLowerCase(Locale.ROOT) + ", " + storage.label();
    return new Case(name, problem.storedAs(type), type, storage);
  }

  /** The same with other groups, whose values are of the same format. */
  Case with(Problem other) {
    return new Case(name, other, type, storage);
  }

  /** A group's activations. */
  Layer layer(Group group) {
    return layer(group, BLOCK_ROWS, ByteOrder.LITTLE_ENDIAN);
  }

  /** The same in blocks of another size. */
  Layer layer(Group group, int rows, ByteOrder order) {
    int inner = storage.inner(problem.samples());
    return problem.blockedLayer(group, type, order, Math.max(1, rows / inner), inner);
  }

  /** Such as "7 + 5 neurons, 20 samples". */
  public String size() {
    return problem.x().size()
        + " + "
        + problem.y().size()
        + " neurons, "
        + problem.samples()
        + (problem.samples() == 1 ? " sample" : " samples");
  }
}
