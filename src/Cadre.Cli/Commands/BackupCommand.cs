using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Engine.Ports;
using Cadre.Storage.Sqlite;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre backup</c>: a copy of a server's state, while it works.</summary>
internal static class BackupCommand
{
    private const string Databases = "*.db";

    public static Command Create(Surroundings surroundings)
    {
        var to = new Argument<string>("folder") { Description = "Where to; it must not exist." };
        var command = new Command("backup", "Copy a server's state, while it works: its database, files and indexes.") { to };
        return command.Runs(surroundings, (parsed, host, cancellationToken) => BackUpAsync(host, Path.GetFullPath(parsed.GetValue(to)!, surroundings.Directory), cancellationToken));
    }

    private static async Task<int> BackUpAsync(CadreHost commands, string to, CancellationToken cancellationToken)
    {
        await using var host = commands.ForServer();
        var from = host.Settings.StateDirectory;
        if (!File.Exists(Path.Combine(from, SqliteStore.FileName))) throw new CommandRefusedException($"There is no server's state in {from}.", $"set {SettingNames.StateDirectory} as for 'cadre serve'");
        if (Path.Exists(to)) throw new CommandRefusedException($"{to} exists already.", exitCode: ExitCode.Usage);
        try
        {
            Directory.CreateDirectory(to);

            // The database first: whatever it names among the files is there by then, and stays.
            await SqliteBackup.MakeAsync(Path.Combine(from, SqliteStore.FileName), Path.Combine(to, SqliteStore.FileName), cancellationToken);
            var files = await CopyAsync(from, to, cancellationToken);
            host.Surroundings.Terminal.Say($"Copied the database and {files} files to {to}. To restore it, put the folder in the place of {from} while no server runs.");
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException($"The backup in {to} is not whole: {failure.Message}", $"remove {to} and try again");
        }
    }

    private static async Task<int> CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Append(from))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, folder));
            Directory.CreateDirectory(target);
            foreach (var database in Directory.EnumerateFiles(folder, Databases).Where(file => folder != from))
            {
                await SqliteBackup.MakeAsync(database, Path.Combine(target, Path.GetFileName(database)), cancellationToken);
                count++;
            }

            if (!IsUnder(folder, Path.Combine(from, "blobs")) && !IsUnder(folder, Path.Combine(from, "audit"))) continue;
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
                count++;
            }
        }

        return count;
    }

    private static bool IsUnder(string folder, string root) => folder == root || folder.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
