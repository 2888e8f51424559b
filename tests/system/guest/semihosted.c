/* A program linked for semihosting: console, files, clocks and the exit code. What it prints is the
 * same on QEMU, apart from what is behind PLATFORM. */
#include <errno.h>
#include <semihost.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void show(const char* name) {
  char line[80];
  FILE* file = fopen(name, "r");
  if (file == NULL) {
    printf("%s: no\n", name);
    return;
  }
  while (fgets(line, sizeof line, file) != NULL) printf("%s: %s", name, line);
  fclose(file);
}

#ifdef PLATFORM
uintptr_t sys_semihost(uintptr_t operation, uintptr_t parameter);
enum { SYS_HEAPINFO = 0x16 };

static void show_platform(void) {
  static const char* const names[] = {"../secret.txt",
                                      "sub/../../secret.txt",
                                      "link_out",
                                      "folder_out/secret.txt",
                                      "/etc/passwd",
                                      "link_in",
                                      NULL};
  for (const char* const* name = names; *name != NULL; ++name) show(*name);
  FILE* written = fopen("written.txt", "w");
  printf("write: %s\n", written == NULL ? "no" : "yes");
  printf("remove: %d, rename: %d, system: %d\n", (int)sys_semihost_remove("input.txt"),
         (int)sys_semihost_rename("input.txt", "other.txt"),
         sys_semihost_system("touch written.txt"));

  char command[256];
  const int failed = sys_semihost_get_cmdline(command, sizeof command);
  const char* arguments = strchr(command, ' ');
  printf("command line: %d%s\n", failed, arguments == NULL ? "" : arguments);
  uint32_t heap[4];
  uint32_t* block = heap;
  sys_semihost(SYS_HEAPINFO, (uintptr_t)&block);
  extern char __heap_start[];
  printf("heap: %d\n",
         heap[0] >= (uint32_t)(uintptr_t)__heap_start && heap[0] < heap[1] && heap[3] < heap[2]);
  const uint64_t before = sys_semihost_elapsed();
  const uint64_t after = sys_semihost_elapsed();
  printf("time: %d, tick: %d, later: %d\n", (int)sys_semihost_time(), (int)sys_semihost_tickfreq(),
         after > before);

  char line[16];
  const int console = sys_semihost_open(":tt", 0);
  uintptr_t left;
  while ((left = sys_semihost_read(console, line, sizeof line)) != sizeof line) {
    printf("typed %.*s\n", (int)(sizeof line - left), line);
  }
  printf("bad pointer: %d\n", (int)sys_semihost_write(1, (const void*)0x40000000, 5));
}
#endif

int main(void) {
  printf("Hello from %s, %d\n", "semihosting", 42);
  fprintf(stderr, "an error\n");
  show("input.txt");
  show("sub/deep.txt");
  show("none.txt");
  char text[8];
  FILE* file = fopen("input.txt", "r");
  if (file != NULL && fseek(file, 6, SEEK_SET) == 0 && fgets(text, sizeof text, file) != NULL)
    printf("[%s]\n", text);
#ifdef PLATFORM
  show_platform();
#endif
  return 23;
}
