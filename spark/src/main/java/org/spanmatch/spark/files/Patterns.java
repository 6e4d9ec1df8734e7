package org.spanmatch.spark.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.storage.NumericOrder;
import org.spanmatch.activations.storage.ReadFailure;

/** Finds the files that patterns stand for. */
final class Patterns {
  private Patterns() {}

  /**
   * Returns the files of some patterns: those of each with the numbers in their names in numeric
   * order, those of one pattern behind those of the one before.
   *
   * @throws ActivationsException if a pattern stands for no file, or a file comes twice
   */
  static List<String> files(List<String> patterns, Configuration configuration) {
    List<String> files = new ArrayList<>();
    Set<String> before = new TreeSet<>();
    for (String pattern : patterns) {
      for (String file : files(pattern, configuration)) {
        if (!before.add(file)) {
          throw new ActivationsException(file + ": it is there twice, expected each file once");
        }
        files.add(file);
      }
    }
    return files;
  }

  private static List<String> files(String pattern, Configuration configuration) {
    try {
      Path path = new Path(pattern);
      FileSystem store = path.getFileSystem(configuration);
      List<String> files = new ArrayList<>();
      for (FileStatus found : found(store, path)) {
        files.addAll(found.isDirectory() ? inFolder(store, found) : List.of(name(found)));
      }
      files.sort(Comparator.comparing(NumericOrder::key));
      return files;
    } catch (IOException | IllegalArgumentException e) {
      throw new ActivationsException(
          pattern
              + ": "
              + (e instanceof IOException failure ? ReadFailure.reason(failure) : e.getMessage()),
          e);
    }
  }

  private static List<FileStatus> found(FileSystem store, Path pattern) throws IOException {
    try {
      return List.of(store.getFileStatus(pattern)); // whatever its characters stand for
    } catch (FileNotFoundException e) {
      FileStatus[] all = store.globStatus(pattern);
      if (all == null) {
        throw new ActivationsException(pattern + ": there is no such file or folder", e);
      }
      List<FileStatus> visible =
          List.of(all).stream().filter(file -> isVisible(file.getPath())).toList();
      if (visible.isEmpty()) {
        throw new ActivationsException(pattern + ": no file has a name of this pattern", e);
      }
      return visible;
    }
  }

  private static List<String> inFolder(FileSystem store, FileStatus folder) throws IOException {
    List<String> files = new ArrayList<>();
    for (FileStatus found : store.listStatus(folder.getPath())) {
      if (isVisible(found.getPath())) {
        if (found.isDirectory()) {
          throw new ActivationsException(
              folder.getPath()
                  + ": it holds the folder '"
                  + found.getPath().getName()
                  + "', expected files alone; a pattern such as '"
                  + folder.getPath()
                  + "/*/*' takes those in folders");
        }
        files.add(name(found));
      }
    }
    if (files.isEmpty()) {
      throw new ActivationsException(folder.getPath() + ": the folder holds no files");
    }
    return files;
  }

  /** Whether a file is the user's: Spark and Hadoop put {@code _SUCCESS} beside others' files. */
  private static boolean isVisible(Path file) {
    return !file.getName().startsWith(".") && !file.getName().startsWith("_");
  }

  private static String name(FileStatus file) {
    return file.getPath().toString();
  }
}
