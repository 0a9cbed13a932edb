using Cadre.Cli.Commands;
using Cadre.Cli.Terminals;
using Cadre.Sandbox.Landlock;

// Two calls that nothing else may precede: a helper process that confines itself, and a version that costs nothing.
if (args is [LandlockLauncher.Verb, ..]) return LandlockLauncher.Run();
if (args is ["--version"])
{
    Console.Out.WriteLine(CadreVersion.Text);
    return ExitCode.Ok;
}

return await CommandLine.RunAsync(args, Surroundings.OfProcess());
