#include "platform/report/report_data.h"

#include <iostream>
#include <memory>

#include "platform/cli/commands.h"
#include "platform/observe/output_file.h"
#include "platform/report/page.h"
#include "platform/report/run_folder.h"

namespace aimc::cli {

void add_report(CLI::App& app, Invocation& /*invocation*/) {
  struct Arguments {
    std::string folder;
    std::string out;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("report", "Make an HTML page of a run's files");
  command->add_option("folder", arguments->folder, "What 'aimc-vp run --out' left behind")
      ->required();
  command->add_option("-o,--out", arguments->out, "The page; default FOLDER/report.html");
  command->callback([arguments]() {
    const report::RunFolder run = report::read_run_folder(arguments->folder);
    const std::string file =
        arguments->out.empty() ? arguments->folder + "/report.html" : arguments->out;
    observe::write_file(file, report::make_page(run.firmware + " on " + run.platform, "report.js",
                                                report::report_data(run)));
    std::cout << "report       " << file << '\n';
  });
}

}  // namespace aimc::cli
