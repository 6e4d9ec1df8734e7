package org.spanmatch.kernel;

import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A value for each of the two groups of neurons.
 *
 * @param x the value for the first network; not null
 * @param y the value for the second network; not null
 */
public record PerGroup<T>(T x, T y) {
  /** Checks that neither value is null. */
  public PerGroup {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
  }

  /** Returns a pair of two values. */
  public static <T> PerGroup<T> of(T x, T y) {
    return new PerGroup<>(x, y);
  }

  /**
   * Returns the values of a function at both groups, as in {@code PerGroup.from(table::neurons)}.
   *
   * @param value called with {@link Group#X} first
   */
  public static <T> PerGroup<T> from(Function<Group, ? extends T> value) {
    return new PerGroup<>(value.apply(Group.X), value.apply(Group.Y));
  }

  /** The value of a group. */
  public T get(Group group) {
    return group == Group.X ? x : y;
  }

  /** Applies a function to both values, the first group's first, and returns the results. */
  public <R> PerGroup<R> map(Function<? super T, ? extends R> function) {
    return new PerGroup<>(function.apply(x), function.apply(y));
  }

  /** Calls an action with each group and its value, the first group's first. */
  public void forEach(BiConsumer<Group, ? super T> action) {
    action.accept(Group.X, x);
    action.accept(Group.Y, y);
  }
}
