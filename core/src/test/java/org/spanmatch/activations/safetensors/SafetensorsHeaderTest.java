package org.spanmatch.activations.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layer.RangeReader;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;

/** What the header of a safetensors file may say, and what it may not. */
class SafetensorsHeaderTest {
  private static final byte[] DATA = new byte[24];

  @TempDir private Path folder;

  private static String tensor(String name, String dtype, String shape, int begin, int end) {
    return String.format(
        Locale.ROOT,
        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
        name,
        dtype,
        shape,
        begin,
        end);
  }

  private Path write(String header) throws IOException {
    return Files.write(
        folder.resolve("x.safetensors"), SafetensorsBytes.of(header.replace('~', '"'), DATA));
  }

  private static List<String> names(Path file) {
    return ActivationFile.open(file).arrays().stream().map(StoredArray::name).toList();
  }

  private void assertBad(String header, Object... parts) throws IOException {
    Path file = write(header);
    Object[] all = new Object[parts.length + 1];
    all[0] = file;
    System.arraycopy(parts, 0, all, 1, parts.length);
    assertRefused(() -> ActivationFile.open(file), all);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 8  | 12 | 24 | begins at byte 12 of the data, behind bytes of none, expected 8",
        "4 | 12 | 12 | 24 | begins at byte 4 of the data, behind bytes of none, expected 0",
        "0 | 16 | 8  | 24 | begins at byte 8 of the data, within another one, expected 16",
        "0 | 24 | 0  | 24 | begins at byte 0 of the data, within another one, expected 24",
        "0 | 8  | 8  | 20 | it is longer than it should be: its tensors take 20 bytes, found 24",
        "0 | 8  | 8  | 32 | the data is truncated: its tensors take 32 bytes, found 24",
        "8 | 0  | 8  | 24 | the tensor 'a' has the data_offsets [8, 0]",
      })
  void everyByteBelongsToOneTensor(int begin, int end, int begin2, int end2, String message)
      throws IOException {
    assertBad(
        "{"
            + tensor("a", "F32", "[2,1]", begin, end)
            + ","
            + tensor("b", "F32", "[4,1]", begin2, end2)
            + "}",
        message);
  }

  /** Only what is asked for is judged. */
  @Test
  void aTensorOfAWrongSizeIsListed() throws IOException {
    Path file =
        write(
            "{"
                + tensor("a", "F32", "[2,1]", 0, 8)
                + ","
                + tensor("b", "F32", "[5,1]", 8, 24)
                + "}");
    ActivationFile opened = ActivationFile.open(file);
    assertEquals(List.of("a"), names(file));
    assertEquals("b", opened.unusable().get(0).name());
    assertEquals(
        "the shape [5, 1] of F32 needs 20 bytes of data, found 16",
        opened.unusable().get(0).reason());
    assertBad("{" + tensor("a", "F8_E5M2", "[24,1]", 0, 24) + "}", "layer 'a'", "'F8_E5M2'");
  }

  @Test
  void theOrderOfTheHeaderUnlessItIsThatOfNames() throws IOException {
    String ten = tensor("l10", "F32", "[2,1]", 16, 24);
    String two = tensor("l2", "F32", "[2,1]", 0, 8);
    String three = tensor("l3", "F32", "[2,1]", 8, 16);
    assertEquals(
        List.of("l2", "l3", "l10"), names(write("{" + ten + "," + two + "," + three + "}")));
    assertEquals(
        List.of("l3", "l2", "l10"), names(write("{" + three + "," + two + "," + ten + "}")));
    assertEquals(
        List.of("l2", "l10", "l3"), names(write("{" + two + "," + ten + "," + three + "}")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{T,~__metadata__~:{~a~:~b~,~c~:~\\u00e9~}}",
        "{ ~__metadata__~ : { } ,\n\tT }\r\n",
        "{~__metadata__~:null,T}",
        "{~a~:{~dtype~:~F32~,~shape~:[3,2],~more~:[1,-2.5e3,true,false,null,{~x~:{}}],~data_offsets~:[0,24]}}",
        "{~\\u0061~:{~dtype~:~F32~,~shape~:[ 3 , 2 ],~data_offsets~:[0,24]}}",
      })
  void headersThatAreRead(String header) throws IOException {
    Path file = write(header.replace("T", tensor("a", "F32", "[3,2]", 0, 24)));
    assertEquals(List.of("a"), names(file));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{T,T}                                    | has the key 'a' twice",
        "{~a~:{~dtype~:~F32~,~dtype~:~F32~}}      | has the key 'dtype' twice",
        "{T,}                                     | expected '`~`'",
        "{T                                       | expected '}'",
        "{T} {}                                   | expected the end",
        "{~a~:1}                                  | expected '{'",
        "{~a~:{~dtype~:3}}                        | expected",
        "{~a~:{~shape~:[-1]}}                     | expected an integer of 0 to",
        "{~a~:{~shape~:[1.0]}}                    | expected an integer",
        "{~a~:{~shape~:[1e3]}}                    | expected an integer",
        "{~a~:{~shape~:[01]}}                     | expected ']'",
        "{~a~:{~shape~:[9223372036854775808]}}    | expected an integer",
        "{~a~:{~shape~:[~1~]}}                    | expected a value",
        "{~a~:{~x~:tru}}                          | expected a value",
        "{~a~:{~x~:.5}}                           | expected a value",
        "{~a~:{~data_offsets~:[0,1,2]}}           | more than 2 data_offsets",
        "{~a~:{~data_offsets~:[0]}}               | lacks a dtype, a shape or two data_offsets",
        "{~a~:{~dtype~:~F32~}}                    | lacks a dtype, a shape or two data_offsets",
        "{~\\x~:{}}                               | expected an escaped character",
        "{~\\u12g4~:{}}                           | expected 4 hexadecimal digits",
        "{~a                                      | expected",
        "{}                                       | it holds no tensors",
        "{~__metadata__~:{}}                      | it holds no tensors",
      })
  void headersThatAreRefused(String header, String message) throws IOException {
    assertBad(
        header.replace("T", tensor("a", "F32", "[3,2]", 0, 24)).strip(),
        message.replace('~', '"').replace("`", ""));
  }

  @Test
  void deepValuesAndControlCharacters() throws IOException {
    assertBad("{~a~:{~x~:" + "[".repeat(100) + "]".repeat(100) + "}}", "more than 64 values deep");
    assertBad("{~a\nb~:{}}", "expected no control character", "found U+000A");
    assertBad("{~" + "a".repeat(65_536) + "~:{}}", "a string of at most 65535 characters");
    write(
        "{~__metadata__~:{~a~:~"
            + "b".repeat(1 << 20)
            + "~},"
            + tensor("a", "F32", "[3,2]", 0, 24)
            + "}");
    assertEquals(List.of("a"), names(folder.resolve("x.safetensors")));
    byte[] header = "{\"a\u00ff\":".getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putLong(32);
    Path file = Files.write(folder.resolve("x.safetensors"), bytes.put(header).array());
    assertRefused(() -> ActivationFile.open(file), file, "is not UTF-8");
  }

  @Test
  void aHeaderThatTheFileCantHold() throws IOException {
    byte[] whole = SafetensorsBytes.of("{" + tensor("a", "F32", "[3,2]", 0, 24) + "}", DATA);
    Path file = folder.resolve("x.safetensors");
    Files.write(file, java.util.Arrays.copyOf(whole, 40));
    assertRefused(() -> ActivationFile.open(file), file, "header is truncated", "only 32 follow");
    Files.write(file, new byte[] {1, 2, 3});
    assertRefused(() -> ActivationFile.open(file), file, "it is no safetensors file");
    Files.write(file, new byte[0]);
    assertRefused(() -> ActivationFile.open(file), file, "it is empty");
    whole[3] = 127;
    Files.write(file, whole);
    assertRefused(() -> ActivationFile.open(file), file, "expected at most 100000000");
  }

  @Test
  void moreTensorsThanAnyNetworkHas() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i <= 100_000; i++) {
      header.append(i == 0 ? "" : ",").append(tensor("t" + i, "F32", "[0]", 0, 0));
    }
    assertBad(header + "}", "it holds more than 100000 tensors");
  }

  /** Tensors on both sides of 2 and 4 GiB; the file is mostly a hole. */
  @Test
  void tensorsBeyondTwoGibibytes() throws IOException {
    long large = (5L << 30) - 48;
    String header =
        String.format(
            Locale.ROOT,
            "{\"first\":{\"dtype\":\"F32\",\"shape\":[%d,4],\"data_offsets\":[0,%d]},"
                + "\"last\":{\"dtype\":\"F32\",\"shape\":[3,4],\"data_offsets\":[%d,%d]}}",
            large / 16,
            large,
            large,
            large + 48);
    byte[] start = SafetensorsBytes.of(header, new byte[0]);
    Path file = Files.write(folder.resolve("x.safetensors"), start);
    ByteBuffer values = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 12; i++) {
      values.putFloat(i);
    }
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(start.length + large);
      out.seek(start.length + large);
      out.write(values.array());
    }
    ActivationFile opened = ActivationFile.open(file);
    Layer last = opened.arrays().get(1).layer(List.of());
    try (BlockReader reader = last.open()) {
      Block block = reader.next();
      double[] row = new double[12];
      block.copyRows(0, 3, row, 0);
      for (int i = 0; i < 12; i++) {
        assertEquals(i, row[i]);
      }
    }
    Layer first = opened.arrays().get(0).layer(List.of());
    assertTrue(first.samples() > 1L << 28);
    try (RangeReader ranges = first.openRanges().orElseThrow()) {
      ByteBuffer target = ByteBuffer.allocate(160);
      ranges.fill(first.samples() - 10, 10, target);
      assertEquals(0, target.getLong(152));
    }
  }
}
