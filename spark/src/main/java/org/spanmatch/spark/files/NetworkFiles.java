package org.spanmatch.spark.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.storage.NumericOrder;
import org.spanmatch.activations.storage.ReadFailure;
import org.spanmatch.spark.files.Store.Access;

/**
 * The files of one network.
 *
 * @param files one for each shard, or if a file holds a lone array, one for each shard and layer
 * @param layers the layers, in the order of each shard's files; none if files name theirs
 */
record NetworkFiles(List<List<String>> files, List<String> layers) {
  private static final Pattern NUMBER =
      Pattern.compile("(?:(.*?)[._-])?\\d{1,18}(?:-of-\\d{1,18})?");
  private static final Pattern RANGE = Pattern.compile("(?:(.*?)[._-])?(\\d{1,18})-(\\d{1,18})");

  /**
   * Sorts files by shards, judging by their names and by what the first one is.
   *
   * @param files at least one, in the order of their samples
   * @throws ActivationsException if the first can't be read, or one layer has fewer files than
   *     another
   */
  static NetworkFiles of(List<String> files, Configuration configuration) {
    ActivationFile first = open(files.get(0), configuration, Access.HEADERS);
    if (!first.isSingleArray()) {
      return new NetworkFiles(files.stream().map(List::of).toList(), List.of());
    }
    StoredArray array = first.arrays().get(0);
    String suffix = name(files.get(0)).substring(array.name().length());
    Map<String, List<String>> byLayer = new TreeMap<>(new NumericOrder());
    for (String file : files) {
      String name = name(file);
      String stem =
          name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
      byLayer
          .computeIfAbsent(layer(file, stem, isRange(array)), absent -> new ArrayList<>())
          .add(file);
    }
    return byLayer(byLayer);
  }

  private static NetworkFiles byLayer(Map<String, List<String>> byLayer) {
    Map.Entry<String, List<String>> most =
        byLayer.entrySet().stream()
            .max(Comparator.comparing(each -> each.getValue().size()))
            .orElseThrow();
    byLayer.forEach(
        (layer, files) -> {
          if (files.size() < most.getValue().size()) {
            throw new ActivationsException(
                files.get(0)
                    + ": the layer '"
                    + layer
                    + "' has "
                    + files.size()
                    + (files.size() == 1 ? " file" : " files")
                    + ", but '"
                    + most.getKey()
                    + "' has "
                    + most.getValue().size()
                    + ", expected one for each shard");
          }
          requireSameOrder(most.getValue(), files);
        });
    List<List<String>> shards = new ArrayList<>();
    for (int i = 0; i < most.getValue().size(); i++) {
      int shard = i;
      shards.add(byLayer.values().stream().map(files -> files.get(shard)).toList());
    }
    return new NetworkFiles(shards, List.copyOf(byLayer.keySet()));
  }

  /**
   * Checks that files are on the same samples one by one, as far as the numbers in their names say.
   *
   * @throws ActivationsException if not
   */
  static void requireSameOrder(List<String> some, List<String> others) {
    int differing = PartNumbers.firstDifference(some, others);
    if (differing >= 0) {
      throw new ActivationsException(
          some.get(differing)
              + " and "
              + others.get(differing)
              + " are both shard "
              + differing
              + ", counted from 0, but have other numbers in their names, expected the same"
              + " samples in both");
    }
  }

  /** Whether a name ends with the numbers of the first example and of the one behind the last. */
  private static boolean isRange(StoredArray array) {
    Matcher range = RANGE.matcher(array.name());
    return range.matches()
        && !array.shape().isEmpty()
        && Long.parseLong(range.group(3)) - Long.parseLong(range.group(2)) == array.shape().get(0);
  }

  private static String layer(String file, String stem, boolean isRange) {
    Matcher name = (isRange ? RANGE : NUMBER).matcher(stem);
    if (!name.matches()) {
      return stem;
    }
    if (name.group(1) != null && !name.group(1).isEmpty()) {
      return name.group(1);
    }
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(file).getParent();
    return folder == null || folder.getName().isEmpty() ? stem : folder.getName();
  }

  private static String name(String file) {
    return new org.apache.hadoop.fs.Path(file).getName();
  }

  /** The first file of each shard. */
  List<String> firsts() {
    return files.stream().map(shard -> shard.get(0)).toList();
  }

  /**
   * Opens the files of a shard as one.
   *
   * @param files the paths of the shard's files
   * @param layers the names of their layers, or none
   */
  static ActivationFile open(List<Path> files, List<String> layers) {
    if (layers.isEmpty()) {
      return ActivationFile.open(files.get(0));
    }
    Map<String, ActivationFile> lone = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      lone.put(layers.get(i), ActivationFile.open(files.get(i)));
    }
    return ActivationFile.ofLayers(files.get(0), lone);
  }

  static ActivationFile open(String file, Configuration configuration, Access access) {
    return ActivationFile.open(path(file, configuration, access));
  }

  static Path path(String file, Configuration configuration, Access access) {
    try {
      return Store.path(file, configuration, access);
    } catch (IOException e) {
      throw ReadFailure.of(file, e);
    }
  }
}
