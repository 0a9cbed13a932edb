using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Storage.Secrets;

namespace Cadre.Cli.Hosting;

/// <summary>What secrets are encrypted with: keys that are given, or a key file in the state directory.</summary>
internal static class SecretKeys
{
    /// <exception cref="CommandRefusedException">There is no usable key.</exception>
    public static SecretBox Open(string stateDirectory, Surroundings surroundings)
    {
        try
        {
            return SecretBox.Open(stateDirectory, Given(surroundings));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SecretKeyException)
        {
            throw new CommandRefusedException($"There is no key to encrypt secrets with: {failure.Message}", $"{SettingNames.SecretKey}=$(openssl rand -base64 32)");
        }
    }

    /// <summary>The given ones, found usable; null for the key file.</summary>
    /// <exception cref="CommandRefusedException">They are not, or the file's is not.</exception>
    public static string? Checked(string stateDirectory, Surroundings surroundings)
    {
        Open(stateDirectory, surroundings);
        return Given(surroundings);
    }

    private static string? Given(Surroundings surroundings) =>
        surroundings.Variables.GetValueOrDefault(SettingNames.SecretKey) is { Length: > 0 } keys ? keys
        : surroundings.Variables.GetValueOrDefault(SettingNames.SecretKeyFile) is { Length: > 0 } file ? File.ReadAllText(file)
        : null;
}
