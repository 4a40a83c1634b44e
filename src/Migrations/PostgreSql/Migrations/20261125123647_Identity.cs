using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Pujiang.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Identity : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "audit");

            migrationBuilder.EnsureSchema(
                name: "identity");

            migrationBuilder.CreateTable(
                name: "entry",
                schema: "audit",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "character varying(96)", maxLength: 96, nullable: false),
                    action = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    outcome = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    detail = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_entry", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "one_time_code",
                schema: "identity",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    purpose = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    issued_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_one_time_code", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "passkey",
                schema: "identity",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    credential_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    data = table.Column<byte[]>(type: "bytea", nullable: false),
                    name = table.Column<byte[]>(type: "bytea", nullable: false),
                    added_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_passkey", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "person",
                schema: "identity",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    sign_in_name = table.Column<byte[]>(type: "bytea", nullable: false),
                    sign_in_name_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    name = table.Column<byte[]>(type: "bytea", nullable: false),
                    english_name = table.Column<byte[]>(type: "bytea", nullable: false),
                    party_id = table.Column<Guid>(type: "uuid", nullable: true),
                    password_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    authenticator_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    last_code_step = table.Column<long>(type: "bigint", nullable: false),
                    uses_phone_codes = table.Column<bool>(type: "boolean", nullable: false),
                    failed_tries = table.Column<int>(type: "integer", nullable: false),
                    wait_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    is_locked = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    activated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_person", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "session",
                schema: "identity",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    token_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    device = table.Column<byte[]>(type: "bytea", nullable: false),
                    place = table.Column<byte[]>(type: "bytea", nullable: false),
                    methods = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    started_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    proved_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_session", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "person_role",
                schema: "identity",
                columns: table => new
                {
                    person_id = table.Column<Guid>(type: "uuid", nullable: false),
                    role = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_person_role", x => new { x.person_id, x.role });
                    table.ForeignKey(
                        name: "FK_person_role_person_person_id",
                        column: x => x.person_id,
                        principalSchema: "identity",
                        principalTable: "person",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_entry_actor",
                schema: "audit",
                table: "entry",
                column: "actor");

            migrationBuilder.CreateIndex(
                name: "IX_entry_at",
                schema: "audit",
                table: "entry",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_entry_subject",
                schema: "audit",
                table: "entry",
                column: "subject");

            migrationBuilder.CreateIndex(
                name: "IX_one_time_code_person_id_purpose",
                schema: "identity",
                table: "one_time_code",
                columns: new[] { "person_id", "purpose" });

            migrationBuilder.CreateIndex(
                name: "IX_passkey_credential_hash",
                schema: "identity",
                table: "passkey",
                column: "credential_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_passkey_person_id",
                schema: "identity",
                table: "passkey",
                column: "person_id");

            migrationBuilder.CreateIndex(
                name: "IX_person_party_id",
                schema: "identity",
                table: "person",
                column: "party_id");

            migrationBuilder.CreateIndex(
                name: "IX_person_sign_in_name_hash",
                schema: "identity",
                table: "person",
                column: "sign_in_name_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_session_last_seen_at",
                schema: "identity",
                table: "session",
                column: "last_seen_at");

            migrationBuilder.CreateIndex(
                name: "IX_session_person_id",
                schema: "identity",
                table: "session",
                column: "person_id");

            migrationBuilder.CreateIndex(
                name: "IX_session_token_hash",
                schema: "identity",
                table: "session",
                column: "token_hash",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "entry",
                schema: "audit");

            migrationBuilder.DropTable(
                name: "one_time_code",
                schema: "identity");

            migrationBuilder.DropTable(
                name: "passkey",
                schema: "identity");

            migrationBuilder.DropTable(
                name: "person_role",
                schema: "identity");

            migrationBuilder.DropTable(
                name: "session",
                schema: "identity");

            migrationBuilder.DropTable(
                name: "person",
                schema: "identity");
        }
    }
}
