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
  /**
   * Checks that neither value is null.
   *
   * @param x the value for the first network
   * @param y the value for the second network
   */
  public PerGroup {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
  }

  /**
   * {@return a pair of two values}
   *
   * @param <T> the type of the values
   * @param x the first group's value
   * @param y the second group's value
   */
  public static <T> PerGroup<T> of(T x, T y) {
    return new PerGroup<>(x, y);
  }

  /**
   * {@return the values of a function at both groups, as in {@code PerGroup.from(table::neurons)}}
   *
   * @param <T> the type of the values
   * @param value called with {@link Group#X} first
   */
  public static <T> PerGroup<T> from(Function<Group, ? extends T> value) {
    return new PerGroup<>(value.apply(Group.X), value.apply(Group.Y));
  }

  /**
   * {@return the value of a group}
   *
   * @param group the group
   */
  public T get(Group group) {
    return group == Group.X ? x : y;
  }

  /**
   * Applies a function to both values, the first group's first, and returns the results.
   *
   * @param <R> the type of the results
   * @param function applied to both values
   * @return the results
   */
  public <R> PerGroup<R> map(Function<? super T, ? extends R> function) {
    return new PerGroup<>(function.apply(x), function.apply(y));
  }

  /**
   * Calls an action with each group and its value, the first group's first.
   *
   * @param action called with each group and its value
   */
  public void forEach(BiConsumer<Group, ? super T> action) {
    action.accept(Group.X, x);
    action.accept(Group.Y, y);
  }
}
