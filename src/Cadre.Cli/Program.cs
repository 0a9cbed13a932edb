using Cadre.Cli.Commands;
using Cadre.Cli.Terminals;
using Cadre.Knowledge.Extraction;
using Cadre.Sandbox.Landlock;

// Three calls that nothing else may precede: a helper process that confines itself, one that reads an uploaded file, and a version that costs nothing.
if (args is [LandlockLauncher.Verb, ..]) return LandlockLauncher.Run();
if (args is [ExtractionChild.Verb, .. var file]) return ExtractionChild.Run(file);
if (args is ["--version"])
{
    Console.Out.WriteLine(CadreVersion.Text);
    return ExitCode.Ok;
}

return await CommandLine.RunAsync(args, Surroundings.OfProcess());
