package org.spanmatch.spark.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.spark.files.Store.Access;

/**
 * What the headers of a shard say. A problem is a value, since Spark would try a task again that
 * throws, and give up at the first shard of many.
 *
 * @param x the first network's files
 * @param y the second network's files
 * @param samples of each pair
 * @param xStates the states of the first network's files
 * @param yStates the states of the second network's files
 * @param problem why the shard can't be used; empty if it can
 */
record Header(
    List<String> x,
    List<String> y,
    List<Long> samples,
    List<FileState> xStates,
    List<FileState> yStates,
    String problem)
    implements Serializable {
  private static final int TRIES = 3;
  private static final long PAUSE_MILLIS = 300;

  /** Creates the header of files that have not been looked at. */
  static Header unread(List<String> x, List<String> y) {
    return new Header(x, y, List.of(), List.of(), List.of(), "");
  }

  /** Reads the headers, and tries again where a store fails for no fault of the file. */
  Header read(Plan plan) {
    for (int tried = 1; ; tried++) {
      try {
        return readOnce(plan);
      } catch (ActivationsException e) {
        if (tried == TRIES || !mayPass(e.getCause())) {
          return new Header(x, y, List.of(), List.of(), List.of(), e.getMessage());
        }
        pause(tried, e);
      }
    }
  }

  private static void pause(int tried, ActivationsException why) {
    try {
      Thread.sleep(PAUSE_MILLIS * tried);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw why;
    }
  }

  private static boolean mayPass(Throwable cause) {
    return cause instanceof IOException
        && !(cause instanceof EOFException
            || cause instanceof ZipException
            || cause instanceof NoSuchFileException
            || cause instanceof AccessDeniedException);
  }

  private Header readOnce(Plan plan) {
    OpenFiles ofX = open(plan, plan.x(), x);
    OpenFiles ofY = open(plan, plan.y(), y);
    ofX.requireSameArrays();
    ofY.requireSameArrays();
    List<Long> counts = new ArrayList<>();
    for (Plan.Pair pair : plan.pairs()) {
      Layer xLayer = ofX.layer(pair.x(), plan.layouts());
      Layer yLayer = ofY.layer(pair.y(), plan.layouts());
      counts.add(new LayerPair.OfActivations(pair.name(), xLayer, yLayer).samples());
    }
    return new Header(x, y, List.copyOf(counts), ofX.states(), ofY.states(), "");
  }

  private static OpenFiles open(Plan plan, Plan.Side side, List<String> files) {
    return OpenFiles.of(side, files, List.of(), plan.configuration().value(), Access.HEADERS);
  }
}
