package org.spanmatch.compare;

import java.util.function.Predicate;

/** Which layers to take, by name. */
@FunctionalInterface
public interface LayerFilter extends Predicate<String> {
  /**
   * {@return whether a layer is asked for by its very name, and not by a pattern} Such a layer is
   * taken even if it looks like labels or a mask, and refused if it can't be read. Never by
   * default.
   *
   * @param layer the layer's name
   */
  default boolean names(String layer) {
    return false;
  }
}
