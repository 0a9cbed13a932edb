using System.Text;
using System.Text.Json;
using Cadre.Sandbox.Linux;
using Cadre.Sandbox.Running;

namespace Cadre.Sandbox.Landlock;

/// <summary>
/// The helper of the Landlock level: the same program, executed again for one command. It stays outside the restriction, as
/// the parent to which everything that the command starts falls back, and ends all of it when the command ends or
/// when the pipe from the launcher closes, by will or because the launcher was killed.
/// </summary>
public static class LandlockLauncher
{
    /// <summary>The hidden verb by which a program lets <see cref="Run"/> have its process.</summary>
    public const string Verb = "--sandbox-exec";

    private const int NotStarted = 1, NotFound = 127;

    /// <summary>Between two looks at orphans to reap while the command runs.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    /// <summary>Runs the command that is described on descriptor 5. Call it first thing in Main.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Run()
    {
        const int setChildSubreaper = 36;
        if (Libc.PrCtl(setChildSubreaper, 1, 0, 0, 0) != 0) return NotStarted;
        LandlockPlan plan;
        using (var input = new FileStream($"/proc/self/fd/{Confinement.FirstExtraNumber}", FileMode.Open, FileAccess.Read))
            plan = JsonSerializer.Deserialize(input, LandlockJson.Default.LandlockPlan)!;

        Tell("child-pid", Environment.ProcessId);
        if (!IsReleased()) return NotStarted;

        if (!Directory.Exists(plan.Start)) return Fail($"{plan.Start}: No such directory");
        Environment.CurrentDirectory = plan.Start;
        if (Find(plan) is not { } program) return Fail($"{plan.Argv[0]}: No such file or directory", NotFound);

        var child = Start(program, plan);
        if (child < 0) return NotStarted;
        var exitCode = WaitFor(child);
        Environment.CurrentDirectory = "/";
        TemporaryDirectory.Remove(plan.Temporary);
        Tell("exit-code", exitCode);
        return exitCode;
    }

    private static int Start(string program, LandlockPlan plan)
    {
        // The kernel's choice under memory pressure is to be the command, not the helper that cleans up after it.
        File.WriteAllText("/proc/self/oom_score_adj", "1000");
        var child = -1;
        var thread = new Thread(() =>
        {
            try
            {
                ThreadRestriction.Apply(plan);
                child = PosixSpawn.Start(new Spawn(program, [.. plan.Argv.Skip(1)], plan.Environment, [.. Enumerable.Range(0, 3).Select(Descriptor.Adopt)])
                {
                    Name = plan.Argv[0],
                });
            }
            catch (IOException failure)
            {
                Say(failure.Message);
            }
        });
        thread.Start();
        thread.Join();
        File.WriteAllText("/proc/self/oom_score_adj", "0");
        return child;
    }

    /// <summary>Waits for the command, then for the end of everything that it left behind.</summary>
    private static int WaitFor(int child)
    {
        int? exitCode = null;
        using var process = Descriptor.OfProcess(child);
        while (true)
        {
            var ended = exitCode is not null || Libc.IsReadable(Confinement.ReleaseNumber);
            if (ended) KillDescendants();
            const int noHang = 1, any = -1;
            int reaped;
            while ((reaped = Libc.WaitPid(any, out var status, noHang)) > 0)
                if (reaped == child) exitCode = Libc.ExitCode(status);
            if (reaped < 0) return exitCode ?? 128 + Libc.SigKill;
            if (exitCode is not null || ended) Thread.Sleep(Moment);
            else Libc.WaitAny(process?.Number ?? Confinement.ReleaseNumber, Confinement.ReleaseNumber, Look);
        }
    }

    // Stopped first, so that none forks while the others are killed; what slipped through is met in the next round.
    private static void KillDescendants()
    {
        var pids = new Limits.ProcessTree("/proc", Environment.ProcessId).Pids();
        foreach (var pid in pids) _ = Libc.Kill(pid, Libc.SigStop);
        foreach (var pid in pids) _ = Libc.Kill(pid, Libc.SigKill);
    }

    private static string? Find(LandlockPlan plan)
    {
        var name = plan.Argv[0];
        return name.Contains('/')
            ? File.Exists(name) ? Path.GetFullPath(name) : null
            : plan.SearchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Select(directory => Path.Combine(directory, name))
                .FirstOrDefault(path => File.Exists(path) && Libc.IsExecutable(path));
    }

    private static unsafe bool IsReleased()
    {
        byte released;
        return Libc.Read(Confinement.ReleaseNumber, &released, 1) == 1;
    }

    private static int Fail(string message, int exitCode = NotStarted)
    {
        Say(message);
        if (exitCode == NotFound) Tell("exit-code", exitCode);
        return exitCode;
    }

    private static void Tell(string name, int value) => Write(Confinement.StatusNumber, $"{{\"{name}\":{value}}}\n");

    private static void Say(string message) => Write(2, message + "\n");

    private static unsafe void Write(int number, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes) _ = Libc.Write(number, start, bytes.Length);
    }
}
