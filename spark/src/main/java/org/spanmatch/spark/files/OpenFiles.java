package org.spanmatch.spark.files;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.spark.files.Store.Access;

/**
 * The open files of one network's shard.
 *
 * @param side what the first shard of the network holds
 * @param states of the files when they were opened
 */
record OpenFiles(Plan.Side side, List<Path> paths, List<FileState> states, ActivationFile file) {
  /**
   * Opens files.
   *
   * @param states what they must be in, or empty if any state will do
   * @throws ActivationsException if a file can't be read, or is in another state
   */
  static OpenFiles of(
      Plan.Side side,
      List<String> files,
      List<FileState> states,
      Configuration configuration,
      Access access) {
    List<Path> paths =
        files.stream().map(file -> NetworkFiles.path(file, configuration, access)).toList();
    for (int i = 0; i < states.size(); i++) {
      states.get(i).require(paths.get(i));
    }
    List<FileState> found = states.isEmpty() ? paths.stream().map(FileState::of).toList() : states;
    return new OpenFiles(side, paths, found, NetworkFiles.open(paths, side.lone()));
  }

  /**
   * Checks that there are the arrays that the first shard has.
   *
   * @throws ActivationsException if one is missing, or there is another
   */
  void requireSameArrays() {
    List<String> names = file.arrays().stream().map(StoredArray::name).toList();
    side.arrays().stream().filter(name -> !names.contains(name)).forEach(this::requireArray);
    for (String name : names) {
      if (!side.arrays().contains(name)) {
        throw new ActivationsException(
            file.path() + ": it holds the array '" + name + "', which " + side.first() + " lacks");
      }
    }
  }

  private StoredArray requireArray(String name) {
    Optional<StoredArray> found =
        file.arrays().stream().filter(array -> array.name().equals(name)).findFirst();
    if (found.isPresent()) {
      return found.get();
    }
    Optional<UnusableEntry> unusable =
        file.unusable().stream().filter(entry -> entry.name().equals(name)).findFirst();
    throw unusable
        .map(UnusableEntry::exception)
        .orElseGet(
            () ->
                new ActivationsException(
                    file.path()
                        + ": the array '"
                        + name
                        + "' is missing, which "
                        + side.first()
                        + " has"));
  }

  /**
   * Returns a layer.
   *
   * @throws ActivationsException if it is not as in the first shard
   */
  Layer layer(Plan.Expected expected, List<Layout> layouts) {
    Layer layer = requireArray(expected.name()).layer(layouts);
    expected.require(layer, side.first());
    int place = Math.max(0, side.lone().indexOf(expected.name()));
    return new ShardLayer(layer, paths.get(place), states.get(place));
  }
}
