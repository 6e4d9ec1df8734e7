package org.spanmatch.validation;

import java.nio.ByteOrder;
import java.util.Locale;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.Group;

/**
 * A problem in one number format and storage.
 *
 * @param name what is special about the problem, and how it is stored
 * @param problem the groups; every value is exact in the number format
 * @param type the number format
 * @param storage the order of the values in memory
 */
public record Case(String name, Problem problem, ElementType type, Storage storage) {
  private static final int BLOCK_ROWS = 64;

  /**
   * Returns the case of a problem rounded to a number format; its name says the format and storage.
   */
  public static Case of(String kind, Problem problem, ElementType type, Storage storage) {
    return new Case(name(kind, type, storage), problem.storedAs(type), type, storage);
  }

  /** Returns the name of a case of a kind of problem, stored in a number format. */
  public static String name(String kind, ElementType type, Storage storage) {
    return kind + ", " + type.name().toLowerCase(Locale.ROOT) + ", " + storage.label();
  }

  /** Returns this case with other groups, whose values are exact in the same format. */
  Case with(Problem other) {
    return new Case(name, other, type, storage);
  }

  /** Returns a group's activations. */
  Layer layer(Group group) {
    return layer(group, BLOCK_ROWS, ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns a group's activations in blocks of another size and byte order. */
  Layer layer(Group group, int rows, ByteOrder order) {
    int inner = storage.inner(problem.samples());
    return problem.blockedLayer(group, type, order, Math.max(1, rows / inner), inner);
  }

  /** Returns the size, such as "7 + 5 neurons, 20 samples". */
  public String size() {
    return problem.x().size()
        + " + "
        + problem.y().size()
        + " neurons, "
        + problem.samples()
        + (problem.samples() == 1 ? " sample" : " samples");
  }
}
