package org.spanmatch.activations.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A format of activation files, found by {@link java.util.ServiceLoader}. Those of this module are
 * asked first, in the order in which they are registered, then any others.
 *
 * <p>A format trusts nothing that a file claims: it refuses what is damaged with an {@link
 * org.spanmatch.activations.ActivationsException}, and takes at most 64 times the file's size in
 * memory to open it.
 */
public interface ActivationFormat {
  /** How many bytes a format sees of the start of a file. */
  int START_BYTES = 4096;

  /**
   * {@return the endings of the names that such files usually have, such as ".npz"; at least one}
   * They give a file's layer its name, and blame a damaged file; they don't decide what it is.
   */
  List<String> suffixes();

  /**
   * {@return whether a file is in this format, judging by its content and never by its name}
   *
   * @param file a readable file
   * @param start its first bytes: {@value #START_BYTES}, or all that there are
   * @throws IOException if it can't be read
   */
  boolean recognises(Path file, byte[] start) throws IOException;

  /**
   * Reads the headers of a file, but no values.
   *
   * @param file a readable file that this format recognises, or whose name ends like its files and
   *     that no format recognises
   * @return what it holds, at least one entry
   * @throws org.spanmatch.activations.ActivationsException with the reason alone, such as "it holds
   *     no arrays", if it is damaged or empty
   * @throws IOException if it can't be read
   */
  Content open(Path file) throws IOException;

  /**
   * What a file holds.
   *
   * @param arrays the readable arrays, in the file's order
   * @param unusable what else there is
   * @param lone whether the file is a single array by its nature, which has no name but the file's
   */
  record Content(
      List<StoredArray> arrays, List<ActivationFile.UnusableEntry> unusable, boolean lone) {
    /**
     * Copies the lists.
     *
     * @param arrays the readable arrays, in the file's order
     * @param unusable what else there is
     * @param lone whether the file is a single array by its nature
     */
    public Content {
      arrays = List.copyOf(arrays);
      unusable = List.copyOf(unusable);
    }
  }

  /**
   * {@return the name of a file without its suffix, in capitals or not}
   *
   * @param file the name
   */
  default String layerName(String file) {
    return suffix(file)
        .map(suffix -> file.substring(0, file.length() - suffix.length()))
        .orElse(file);
  }

  /**
   * {@return the suffix that a file's name has, if it is one of this format}
   *
   * @param file the name
   */
  default Optional<String> suffix(String file) {
    return suffixes().stream()
        .filter(
            suffix ->
                file.regionMatches(
                    true, file.length() - suffix.length(), suffix, 0, suffix.length()))
        .findFirst();
  }
}
