using System.Diagnostics;

namespace Cadre.Sandbox.Tests;

public sealed class The_whole_suite
{
    private const string Nobody = "65534";

    [Fact]
    public async Task passes_as_a_plain_user_too()
    {
        if (!Machine.IsRoot) return; // it is a plain user's run already

        var start = new ProcessStartInfo("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", Machine.TestProgram, "--no-progress", "--no-ansi"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        start.Environment["DOTNET_ROOT"] = Machine.DotnetRoot;
        start.Environment["TESTINGPLATFORM_TELEMETRY_OPTOUT"] = "1";
        using var results = new Workspace();
        File.SetUnixFileMode(results.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        start.Environment["HOME"] = results.Path;
        start.ArgumentList.Add("--results-directory");
        start.ArgumentList.Add(results.Path);
        using var suite = Process.Start(start)!;
        var output = await suite.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await suite.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(suite.ExitCode == 0, output);
    }
}
