namespace Cadre.Tools; internal static class Placeholder;
