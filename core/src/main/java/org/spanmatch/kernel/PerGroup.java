package org.spanmatch.kernel;

import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A value for each of the two groups of neurons.
 *
 * @param x the first network's; not null
 * @param y the second network's; not null
 */
public record PerGroup<T>(T x, T y) {
  /** Checks that both are there. */
  public PerGroup {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
  }

  /** These two values. */
  public static <T> PerGroup<T> of(T x, T y) {
    return new PerGroup<>(x, y);
  }

  /**
   * The values of a function at both groups, such as {@code PerGroup.from(table::neurons)}.
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

  /** What a function makes of each value, the first group's first. */
  public <R> PerGroup<R> map(Function<? super T, ? extends R> function) {
    return new PerGroup<>(function.apply(x), function.apply(y));
  }

  /** Calls an action with each group and its value, the first group's first. */
  public void forEach(BiConsumer<Group, ? super T> action) {
    action.accept(Group.X, x);
    action.accept(Group.Y, y);
  }
}
