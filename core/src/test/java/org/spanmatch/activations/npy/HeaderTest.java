package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests headers in all spellings that writers of {@code .npy} files use. */
class HeaderTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
        "{'shape': (2, 3), 'fortran_order': True, 'descr': '<f4'}",
        "{\"descr\": \"<f4\", \"fortran_order\": True, \"shape\": (2, 3)}",
        "{'descr':'<f4','fortran_order':True,'shape':(2,3)}",
        "{'descr': '<f4',\n 'fortran_order': True,\n 'shape': ( 2 , 3 , )}",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2L, 3L)}",
      })
  void spellings(String text) throws IOException {
    for (int version = 1; version <= 3; version++) {
      byte[] bytes = NpyBytes.of(version, text, new byte[24]);
      ByteArrayInputStream in = new ByteArrayInputStream(bytes);
      assertEquals(
          new NpyHeader("<f4", true, List.of(2L, 3L), bytes.length - 24), NpyHeader.read(in));
      assertEquals(24, in.available(), "the stream is at the first value");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void longerThanVersion1Allows(int version) throws IOException {
    String text = NpyBytes.dictionary("<f4", false, 7, 5) + " ".repeat(70_000);
    byte[] bytes = NpyBytes.of(version, text, new byte[0]);
    assertEquals(
        new NpyHeader("<f4", false, List.of(7L, 5L), bytes.length),
        NpyHeader.read(new ByteArrayInputStream(bytes)));
  }

  @Test
  void asLongAsVersion1Allows() throws IOException {
    String text = NpyBytes.dictionary("<f4", false, 7, 5);
    text += " ".repeat(65_535 - 64 - text.length());
    byte[] bytes = NpyBytes.of(1, text, new byte[0]);
    assertEquals(
        new NpyHeader("<f4", false, List.of(7L, 5L), bytes.length),
        NpyHeader.read(new ByteArrayInputStream(bytes)));
  }
}
