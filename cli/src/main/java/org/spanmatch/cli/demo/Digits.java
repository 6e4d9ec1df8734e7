package org.spanmatch.cli.demo;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Images of handwritten digits and what they show. The 1,797 digits that come with the program are
 * dealt out, always in the same way, to a training set and to a held-out set.
 */
public final class Digits {
  /** How many pixels an image has: 8 × 8. */
  public static final int PIXELS = 64;

  /** How many classes there are: the digits 0 to 9. */
  public static final int CLASSES = 10;

  private static final int TRAINING_SIZE = 1000;
  private static final long SPLIT_SEED = 0;
  private static final float BRIGHTEST = 16;

  private final List<int[]> rows;

  private Digits(List<int[]> rows) {
    this.rows = rows;
  }

  /** The 1,000 digits to train networks with. */
  public static Digits training() {
    return shuffled(0, TRAINING_SIZE);
  }

  /** The 797 digits that no network has seen in training. */
  public static Digits heldOut() {
    return shuffled(TRAINING_SIZE, Integer.MAX_VALUE);
  }

  /** How many digits there are. */
  public int size() {
    return rows.size();
  }

  /** The pixels of one digit, row by row, from 0 to 1 in sixteenths. */
  public float[] pixels(int digit) {
    float[] pixels = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      // Exact, as 16 is a power of two.
      pixels[i] = rows.get(digit)[i] / BRIGHTEST;
    }
    return pixels;
  }

  /** What one digit shows, from 0 to 9. */
  public int label(int digit) {
    return rows.get(digit)[PIXELS];
  }

  // The file is ordered by writer, so a split without shuffling would separate the writers.
  private static Digits shuffled(int from, int to) {
    List<int[]> rows = load();
    int[] order = new SplitMix(SPLIT_SEED).permutation(rows.size());
    return new Digits(
        IntStream.range(from, Math.min(to, order.length))
            .mapToObj(i -> rows.get(order[i]))
            .toList());
  }

  private static List<int[]> load() {
    try (InputStream file = Digits.class.getResourceAsStream("digits.csv.gz")) {
      if (file == null) {
        throw new FileNotFoundException("digits.csv.gz is not on the class path");
      }
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII));
      return reader.lines().map(Digits::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] parse(String line) {
    return Stream.of(line.split(",", -1)).mapToInt(Integer::parseInt).toArray();
  }
}
