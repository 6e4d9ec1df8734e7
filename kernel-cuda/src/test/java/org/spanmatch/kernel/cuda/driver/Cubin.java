package org.spanmatch.kernel.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;

/**
 * What a CUDA binary says of itself: it is an ELF file.
 *
 * @param architecture the number in sm_90
 * @param kernels the functions that the host can launch
 */
record Cubin(int architecture, TreeSet<String> kernels) {
  private static final int MAGIC = 0x464C457F;
  private static final int ABI_VERSION = 8; // of CUDA 13; it says where the architecture is
  private static final int MACHINE = 190; // EM_CUDA
  private static final int SECTION_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int SYMBOL_TABLE = 2; // SHT_SYMTAB
  private static final int GLOBAL_FUNCTION = 0x12; // STB_GLOBAL, STT_FUNC

  static Cubin read(Path file) throws IOException {
    ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(MAGIC, elf.getInt(0));
    assertEquals(ABI_VERSION, elf.get(8));
    assertEquals(MACHINE, elf.getShort(18));
    TreeSet<String> kernels = new TreeSet<>();
    int sections = (int) elf.getLong(0x28);
    for (int i = 0; i < elf.getShort(0x3C); i++) {
      int section = sections + SECTION_BYTES * i;
      if (elf.getInt(section + 4) == SYMBOL_TABLE) {
        int names = (int) elf.getLong(sections + SECTION_BYTES * elf.getInt(section + 40) + 24);
        int first = (int) elf.getLong(section + 24);
        int end = first + (int) elf.getLong(section + 32);
        for (int symbol = first; symbol < end; symbol += SYMBOL_BYTES) {
          if (elf.get(symbol + 4) == GLOBAL_FUNCTION) {
            kernels.add(text(elf, names + elf.getInt(symbol)));
          }
        }
      }
    }
    return new Cubin(elf.getInt(0x30) >> 8 & 0xFF, kernels);
  }

  private static String text(ByteBuffer elf, int from) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int at = from; elf.get(at) != 0; at++) {
      text.write(elf.get(at));
    }
    return text.toString(StandardCharsets.UTF_8);
  }
}
