#include "platform/report/compare.h"

#include <iostream>
#include <memory>

#include "platform/cli/commands.h"
#include "platform/observe/output_file.h"
#include "platform/report/page.h"
#include "platform/report/run_folder.h"

namespace aimc::cli {

void add_compare(CLI::App& app, Invocation& /*invocation*/) {
  struct Arguments {
    std::vector<std::string> folders;
    std::string out = "compare.html";
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("compare", "Put runs side by side, as a table and a page");
  command->add_option("folders", arguments->folders, "What 'aimc-vp run --out' left behind")
      ->required();
  command->add_option("-o,--out", arguments->out, "The page")->capture_default_str();
  command->callback([arguments]() {
    if (arguments->folders.size() < 2) {
      throw UsageError("compare: 1 folder given; expected two or more");
    }
    std::vector<report::RunFolder> runs;
    for (const std::string& folder : arguments->folders) {
      runs.push_back(report::read_run_folder(folder));
    }
    const report::Comparison comparison = report::compare_runs(runs);
    observe::write_file(arguments->out, report::make_page("Runs side by side", "compare.js",
                                                          report::compare_data(comparison)));
    std::cout << report::compare_text(comparison) << "\npage         " << arguments->out << '\n';
  });
}

}  // namespace aimc::cli
