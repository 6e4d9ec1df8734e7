package org.spanmatch.compare;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;

/**
 * The arrays of a file that are taken for layers.
 *
 * <p>A file often holds more: labels, token ids, an attention mask, a learning rate. Unless it is
 * asked for by its very name, an entry is left out if
 *
 * <ul>
 *   <li>it is no readable array, its values are no numbers, or it has fewer than 2 or more than 5
 *       axes;
 *   <li>its values are bool or integers of 32 or 64 bits, and the file has layers of another type;
 *   <li>its values are 0 and 1 alone, judging by the first million, and not those of all layers
 *       are.
 * </ul>
 *
 * <p>A lone array is always taken.
 *
 * @param arrays the layers, in the file's order
 * @param leftOut what was asked for, but is not taken for a layer
 */
public record LayerArrays(List<StoredArray> arrays, List<LeftOut> leftOut) {
  private static final String NAME_IT = " (its full name in --layers takes it)";
  private static final String NAME_MASK =
      " (its full name in --layers takes it, or in --mask leaves samples out)";

  /**
   * Picks the layers of a file. Reads the beginning of arrays to recognise masks.
   *
   * @param file the file
   * @param selected the layers to take, by name; the others are ignored
   * @return the layers; possibly none
   * @throws org.spanmatch.activations.ActivationsException if an entry is asked for by its very
   *     name and is no readable array
   */
  public static LayerArrays of(ActivationFile file, LayerArrays.Filter selected) {
    if (file.isSingleArray()) {
      StoredArray lone = file.arrays().get(0);
      return new LayerArrays(selected.test(lone.name()) ? file.arrays() : List.of(), List.of());
    }
    List<LeftOut> leftOut = new ArrayList<>();
    for (UnusableEntry entry : file.unusable()) {
      if (selected.test(entry.name())) {
        if (selected.names(entry.name())) {
          throw entry.exception();
        }
        leftOut.add(new LeftOut(entry.file().toString(), entry.name(), entry.reason()));
      }
    }
    Candidates candidates = Candidates.of(file);
    List<StoredArray> layers = new ArrayList<>();
    for (StoredArray array : file.arrays()) {
      if (selected.test(array.name())) {
        Optional<String> objection =
            selected.names(array.name()) ? Optional.empty() : candidates.objection(array);
        objection.ifPresentOrElse(
            reason -> leftOut.add(new LeftOut(file.path().toString(), array.name(), reason)),
            () -> layers.add(array));
      }
    }
    return new LayerArrays(List.copyOf(layers), List.copyOf(leftOut));
  }

  /** {@return the names of what is left out} */
  Set<String> namesLeftOut() {
    Set<String> names = new HashSet<>();
    leftOut.forEach(each -> names.add(each.name()));
    return names;
  }

  /**
   * Distinguishes layers from other arrays of the same file.
   *
   * @param haveLayers whether some arrays can be layers and hold no large integers
   * @param haveActivations whether some of those hold more than 0 and 1
   */
  private record Candidates(boolean haveLayers, boolean haveActivations) {
    static Candidates of(ActivationFile file) {
      Predicate<StoredArray> mayBeLayer =
          array -> array.notALayer().isEmpty() && !array.holdsLargeIntegers();
      return new Candidates(
          file.arrays().stream().anyMatch(mayBeLayer),
          file.arrays().stream().anyMatch(mayBeLayer.and(array -> !array.isMask())));
    }

    /** Returns why an array is not taken for a layer, if so. */
    Optional<String> objection(StoredArray array) {
      Optional<String> unusable = array.notALayer();
      if (unusable.isPresent()) {
        return unusable;
      }
      if (haveLayers && array.holdsLargeIntegers()) {
        return Optional.of(
            array.dtype()
                + " beside other types is taken for labels, ids or a mask"
                + (array.isMask() ? NAME_MASK : NAME_IT));
      }
      return haveActivations && array.isMask()
          ? Optional.of("it holds 0 and 1 alone and is taken for a mask" + NAME_MASK)
          : Optional.empty();
    }
  }

  /** Which layers to take, by name. */
  @FunctionalInterface
  public interface Filter extends Predicate<String> {
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

    /**
     * {@return a filter that takes none of some names, and otherwise what this one takes}
     *
     * @param names such as those of masks
     */
    default Filter without(Set<String> names) {
      Filter all = this;
      return new Filter() {
        @Override
        public boolean test(String layer) {
          return !names.contains(layer) && all.test(layer);
        }

        @Override
        public boolean names(String layer) {
          return !names.contains(layer) && all.names(layer);
        }
      };
    }
  }

  /**
   * What a file holds beside its layers, such as labels, a mask, or an entry that is no array.
   *
   * @param file the file
   * @param name the name that a layer would have
   * @param reason why it is not taken for a layer, such as "the dtype '&lt;U5' is not supported"
   */
  public record LeftOut(String file, String name, String reason) {
    /** {@return "file, layer 'name': reason"} */
    public String message() {
      return file + ", layer '" + name + "': " + reason;
    }
  }
}
